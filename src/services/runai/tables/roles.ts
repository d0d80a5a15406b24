import type { RoleRow } from '../../../core/rule.ts';
import type { Permission } from './permissions.ts';

/** A predefined role. Ids above 13 come from the database of the system that was seen, and can differ elsewhere. */
export interface PredefinedRole extends RoleRow<Permission> {
  readonly id: number;
  readonly description: string;
}

const CAPTURE = 'role list of a live system, August 2024 (test data of runapy v0.8.0)';
const GUIDE = 'guide "Roles", self-hosted 2.25';
const NOT_IN_GUIDE = `${CAPTURE}; the guide of 2.25 gives every role that it does not name nothing`;
const NEW = `${GUIDE}; its id is ours`;

/** What every predefined role can look at: accounts are documented, the others are what an interface needs to open. */
const ANYBODY = ['tenant:read', 'department:read', 'project:read', 'cluster:read', 'workloads:read'] as const;

const ALL_USERS = ['users:create', 'users:read', 'users:update', 'users:delete'] as const;
const ALL_GROUPS = ['groups:create', 'groups:read', 'groups:update', 'groups:delete'] as const;
const ALL_APPS = ['apps:create', 'apps:read', 'apps:update', 'apps:delete'] as const;
const ALL_ACCOUNTS = [
  'service-account:create',
  'service-account:read',
  'service-account:update',
  'service-account:delete',
] as const;
const ALL_RULES = ['access_rules:create', 'access_rules:read', 'access_rules:update', 'access_rules:delete'] as const;
const ALL_SETTINGS = ['settings:create', 'settings:read', 'settings:update', 'settings:delete'] as const;
const ALL_UNITS = [
  'department:create',
  'department:update',
  'department:delete',
  'project:create',
  'project:update',
  'project:delete',
  'cluster:create',
  'cluster:update',
  'cluster:delete',
] as const;

const RESEARCH_MANAGER = {
  id: 4,
  name: 'Research manager',
  description: 'Manages access rules.',
  permissions: [...ANYBODY, ...ALL_RULES, 'roles:read'],
  source: `${CAPTURE}; ${GUIDE}`,
  certainty: 'observed',
} as const satisfies PredefinedRole;

/** Roles that bring nothing of identity and access. */
const OTHERS = [
  {
    id: 5,
    name: 'L1 researcher',
    description: 'Runs workloads.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 6,
    name: 'ML engineer',
    description: 'Serves models.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  { id: 7, name: 'Viewer', description: 'Looks only.', permissions: ANYBODY, source: CAPTURE, certainty: 'observed' },
  {
    id: 8,
    name: 'L2 researcher',
    description: 'Runs workloads and makes their assets.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 9,
    name: 'Environment administrator',
    description: 'Manages environments.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 10,
    name: 'Data source administrator',
    description: 'Manages data sources.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 11,
    name: 'Compute resource administrator',
    description: 'Manages compute resources.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 12,
    name: 'Template administrator',
    description: 'Manages templates.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 13,
    name: 'Department viewer',
    description: 'Looks at a department.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 373,
    name: 'Credentials administrator',
    description: 'Manages credentials of workloads.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 2256,
    name: 'Data volume administrator',
    description: 'Manages data volumes.',
    permissions: ANYBODY,
    source: CAPTURE,
    certainty: 'observed',
  },
] as const satisfies readonly PredefinedRole[];

/** The predefined roles of 2.19, with their permissions on identity and access. */
export const ROLES_2_19 = [
  {
    id: 1,
    name: 'System administrator',
    description: 'May do everything.',
    permissions: [
      ...ANYBODY,
      ...ALL_UNITS,
      ...ALL_USERS,
      ...ALL_GROUPS,
      ...ALL_APPS,
      ...ALL_RULES,
      ...ALL_SETTINGS,
      'roles:read',
      'events-history:read',
    ],
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 3,
    name: 'Editor',
    description: 'Manages access rules, and looks at the rest.',
    permissions: [...ANYBODY, 'users:read', 'groups:read', 'apps:read', ...ALL_RULES, 'roles:read'],
    source: CAPTURE,
    certainty: 'observed',
  },
  RESEARCH_MANAGER,
  ...OTHERS,
  {
    id: 1708,
    name: 'Application administrator',
    description: 'Manages access rules, and looks at applications.',
    permissions: [
      ...ANYBODY,
      'users:read',
      'groups:read',
      'apps:read',
      ...ALL_RULES,
      'roles:read',
      'events-history:read',
    ],
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 1709,
    name: 'Cloud support',
    description: 'Looks at everything.',
    permissions: [...ANYBODY, 'users:read', 'access_rules:read', 'roles:read', 'settings:read', 'events-history:read'],
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 1710,
    name: 'Department administrator',
    description: 'Manages a department.',
    permissions: [...ANYBODY, 'users:read', 'groups:read', 'apps:read', ...ALL_RULES, 'roles:read'],
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 1711,
    name: 'Cloud operator',
    description: 'Manages applications and settings.',
    permissions: [...ANYBODY, 'users:read', ...ALL_APPS, 'access_rules:read', ...ALL_SETTINGS, 'events-history:read'],
    source: CAPTURE,
    certainty: 'observed',
  },
] as const satisfies readonly PredefinedRole[];

/** The predefined roles since 2.24. What names applications counts only where there are any. */
export const ROLES_2_24 = [
  {
    id: 1,
    name: 'System administrator',
    description: 'May do everything.',
    permissions: [
      ...ANYBODY,
      ...ALL_UNITS,
      ...ALL_USERS,
      ...ALL_APPS,
      ...ALL_ACCOUNTS,
      ...ALL_RULES,
      ...ALL_SETTINGS,
      'security-settings:read',
      'security-settings:update',
      'branding-settings:read',
      'branding-settings:update',
      'access-keys:read',
      'access-keys:delete',
      'roles:create',
      'roles:read',
      'roles:update',
      'roles:delete',
      'events-history:read',
    ],
    source: `${GUIDE}; no published row names access keys, whose pages say "administrators"`,
    certainty: 'inferred',
  },
  {
    id: 3,
    name: 'Editor',
    description: 'Manages access rules, and looks at the rest.',
    permissions: [...ANYBODY, 'users:read', 'apps:read', 'service-account:read', ...ALL_RULES, 'roles:read'],
    source: GUIDE,
    certainty: 'documented',
  },
  RESEARCH_MANAGER,
  ...OTHERS,
  {
    id: 14,
    name: 'AI practitioner',
    description: 'Builds, trains and serves models.',
    permissions: ANYBODY,
    source: NEW,
    certainty: 'documented',
  },
  {
    id: 15,
    name: 'Data and storage administrator',
    description: 'Manages data sources, data volumes and credentials.',
    permissions: ANYBODY,
    source: NEW,
    certainty: 'documented',
  },
  {
    id: 16,
    name: 'Project administrator',
    description: 'Manages a project.',
    permissions: [...ANYBODY, 'apps:read', 'service-account:read', ...ALL_RULES, 'roles:read'],
    source: NEW,
    certainty: 'documented',
  },
  {
    id: 1708,
    name: 'Application administrator',
    description: 'Manages access rules, and looks at applications.',
    permissions: [...ANYBODY, 'users:read', 'apps:read', ...ALL_RULES, 'roles:read', 'events-history:read'],
    source: NOT_IN_GUIDE,
    certainty: 'contradicted',
  },
  {
    id: 1709,
    name: 'Cloud support',
    description: 'Looks at everything.',
    permissions: [...ANYBODY, 'users:read', 'access_rules:read', 'roles:read', 'settings:read', 'events-history:read'],
    source: NOT_IN_GUIDE,
    certainty: 'contradicted',
  },
  {
    id: 1710,
    name: 'Department administrator',
    description: 'Manages a department.',
    permissions: [...ANYBODY, ...ALL_USERS, ...ALL_APPS, ...ALL_ACCOUNTS, ...ALL_RULES, 'roles:read'],
    source: `${GUIDE}; a live system of August 2024 gave it users and applications to look at only`,
    certainty: 'contradicted',
  },
  {
    id: 1711,
    name: 'Cloud operator',
    description: 'Manages applications and settings.',
    permissions: [...ANYBODY, 'users:read', ...ALL_APPS, 'access_rules:read', ...ALL_SETTINGS, 'events-history:read'],
    source: NOT_IN_GUIDE,
    certainty: 'contradicted',
  },
] as const satisfies readonly PredefinedRole[];
