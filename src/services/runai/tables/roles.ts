import type { Section } from '../../../contract/sections.ts';
import type { RoleRow } from '../../../decisions/rule.ts';
import type { Permission } from './permissions.ts';

/** A predefined role. Ids above 13 are from the database of the observed system and may differ elsewhere. */
export interface PredefinedRole extends RoleRow<Permission> {
  readonly id: number;
  readonly description: string;
}

const CAPTURE = 'role list of a live system, August 2024 (test data of runapy v0.8.0)';
const GUIDE = 'guide "Roles", self-hosted 2.25';
const SEEN = { source: CAPTURE, certainty: 'observed' } as const;

/** Permissions of all predefined roles. Viewing the account is documented; a UI needs the others to open. */
const BASIC_READS = ['tenant:read', 'department:read', 'project:read', 'cluster:read'] as const;

/** Permissions on workloads. The 2.25 guide and the capture agree on every role they share. */
const WORKSPACES = ['workspaces:create', 'workspaces:read', 'workspaces:delete'] as const;
const TRAININGS = ['trainings:create', 'trainings:read', 'trainings:delete'] as const;
const RUNS_WORKLOADS = ['workloads:read', ...WORKSPACES, ...TRAININGS] as const;
const VIEWS_WORKLOADS = ['workloads:read', 'workspaces:read', 'trainings:read'] as const;
const VIEWER = [...BASIC_READS, ...VIEWS_WORKLOADS] as const;
const RESEARCHER = [...BASIC_READS, ...RUNS_WORKLOADS] as const;

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

/** Roles that are the same in all versions. Only the first grants rights on access rules. */
const COMMON = [
  {
    source: `${CAPTURE}; ${GUIDE}`,
    certainty: 'observed',
    rows: {
      'Research manager': {
        id: 4,
        description: 'Manages access rules.',
        permissions: [...RESEARCHER, ...ALL_RULES, 'roles:read'],
      },
    },
  },
  {
    ...SEEN,
    rows: {
      'L1 researcher': { id: 5, description: 'Runs workloads.', permissions: RESEARCHER },
      'ML engineer': {
        id: 6,
        description: 'Serves models.',
        permissions: [...BASIC_READS, 'workloads:read', 'workspaces:read'],
      },
      'L2 researcher': { id: 8, description: 'Runs workloads and creates their assets.', permissions: RESEARCHER },
    },
  },
  {
    ...SEEN,
    permissions: VIEWER,
    rows: {
      Viewer: { id: 7, description: 'Views only.' },
      'Environment administrator': { id: 9, description: 'Manages environments.' },
      'Data source administrator': { id: 10, description: 'Manages data sources.' },
      'Compute resource administrator': { id: 11, description: 'Manages compute resources.' },
      'Template administrator': { id: 12, description: 'Manages templates.' },
      'Department viewer': { id: 13, description: 'Views a department.' },
      'Credentials administrator': { id: 373, description: 'Manages credentials of workloads.' },
      'Data volume administrator': { id: 2256, description: 'Manages data volumes.' },
    },
  },
] as const satisfies readonly Section<PredefinedRole, 'name'>[];

/** The predefined roles of 2.19, with their permissions on identity and access. */
export const ROLE_SECTIONS_2_19 = [
  {
    ...SEEN,
    rows: {
      'System administrator': {
        id: 1,
        description: 'May do everything.',
        permissions: [
          ...RESEARCHER,
          ...ALL_UNITS,
          ...ALL_USERS,
          ...ALL_GROUPS,
          ...ALL_APPS,
          ...ALL_RULES,
          ...ALL_SETTINGS,
          'roles:read',
          'events-history:read',
        ],
      },
      Editor: {
        id: 3,
        description: 'Manages access rules, and views the rest.',
        permissions: [...RESEARCHER, 'users:read', 'groups:read', 'apps:read', ...ALL_RULES, 'roles:read'],
      },
    },
  },
  ...COMMON,
  {
    ...SEEN,
    rows: {
      'Application administrator': {
        id: 1708,
        description: 'Manages access rules, and views applications.',
        permissions: [
          ...RESEARCHER,
          'users:read',
          'groups:read',
          'apps:read',
          ...ALL_RULES,
          'roles:read',
          'events-history:read',
        ],
      },
      'Cloud support': {
        id: 1709,
        description: 'Views everything.',
        permissions: [
          ...VIEWER,
          'users:read',
          'access_rules:read',
          'roles:read',
          'settings:read',
          'events-history:read',
        ],
      },
      'Department administrator': {
        id: 1710,
        description: 'Manages a department.',
        permissions: [...RESEARCHER, 'users:read', 'groups:read', 'apps:read', ...ALL_RULES, 'roles:read'],
      },
      'Cloud operator': {
        id: 1711,
        description: 'Manages applications and settings.',
        permissions: [
          ...BASIC_READS,
          'users:read',
          ...ALL_APPS,
          'access_rules:read',
          ...ALL_SETTINGS,
          'events-history:read',
        ],
      },
    },
  },
] as const satisfies readonly Section<PredefinedRole, 'name'>[];

/** The predefined roles since 2.24. Permissions on applications only matter in versions that have applications. */
export const ROLE_SECTIONS_2_24 = [
  {
    source: GUIDE,
    certainty: 'documented',
    rows: {
      'System administrator': {
        id: 1,
        description: 'May do everything.',
        permissions: [
          ...RESEARCHER,
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
        source: `${GUIDE}; no published row lists access keys, but their pages mention "administrators"`,
        certainty: 'inferred',
      },
      Editor: {
        id: 3,
        description: 'Manages access rules, and views the rest.',
        permissions: [...RESEARCHER, 'users:read', 'apps:read', 'service-account:read', ...ALL_RULES, 'roles:read'],
      },
    },
  },
  ...COMMON,
  {
    source: `${GUIDE}; its id is ours`,
    certainty: 'documented',
    rows: {
      'AI practitioner': { id: 14, description: 'Builds, trains and serves models.', permissions: RESEARCHER },
      'Data and storage administrator': {
        id: 15,
        description: 'Manages data sources, data volumes and credentials.',
        permissions: VIEWER,
      },
      'Project administrator': {
        id: 16,
        description: 'Manages a project.',
        permissions: [...RESEARCHER, 'apps:read', 'service-account:read', ...ALL_RULES, 'roles:read'],
      },
    },
  },
  {
    source: `${CAPTURE}; the 2.25 guide does not list these roles`,
    certainty: 'contradicted',
    rows: {
      'Application administrator': {
        id: 1708,
        description: 'Manages access rules, and views applications.',
        permissions: [...RESEARCHER, 'users:read', 'apps:read', ...ALL_RULES, 'roles:read', 'events-history:read'],
      },
      'Cloud support': {
        id: 1709,
        description: 'Views everything.',
        permissions: [
          ...VIEWER,
          'users:read',
          'access_rules:read',
          'roles:read',
          'settings:read',
          'events-history:read',
        ],
      },
      'Department administrator': {
        id: 1710,
        description: 'Manages a department.',
        permissions: [...RESEARCHER, ...ALL_USERS, ...ALL_APPS, ...ALL_ACCOUNTS, ...ALL_RULES, 'roles:read'],
        source: `${GUIDE}; on a live system in August 2024, it could only view users and applications`,
      },
      'Cloud operator': {
        id: 1711,
        description: 'Manages applications and settings.',
        permissions: [
          ...BASIC_READS,
          'users:read',
          ...ALL_APPS,
          'access_rules:read',
          ...ALL_SETTINGS,
          'events-history:read',
        ],
      },
    },
  },
] as const satisfies readonly Section<PredefinedRole, 'name'>[];
