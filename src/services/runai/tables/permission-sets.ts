import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';
import type { Permission } from './permissions.ts';
import { type OfProfiles, UNTIL_2_24 } from './profiles.ts';

/** A permission set, the building block of custom roles. */
export interface PermissionSetRow extends Sourced, OfProfiles {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

const GUIDE = 'guide "Roles" of 2.24 and later';
const NAMED = { source: GUIDE, certainty: 'documented' } as const;

/** The permission sets: for each resource type, one to view it and one to manage it. */
export const PERMISSION_SET_SECTIONS = [
  {
    ...NAMED,
    rows: {
      accountReadAccess: {
        id: 'a0969bbb-4625-4d29-a478-b6d38f90a9be',
        description: 'Views the account.',
        permissions: ['tenant:read'],
      },
      settingsReadAccess: {
        id: '4109f717-74ac-4fc0-a3ca-3cbd93623b14',
        description: 'Views settings.',
        permissions: ['settings:read'],
      },
    },
  },
  {
    source: `${GUIDE}: the pattern of the names; the permissions of each set are ours`,
    certainty: 'inferred',
    rows: {
      settingsEditAccess: {
        id: '3dc441e8-71a6-4591-a6f0-1867e09fbc79',
        description: 'Manages settings.',
        permissions: ['settings:create', 'settings:read', 'settings:update', 'settings:delete'],
      },
      securitySettingsReadAccess: {
        id: '990def33-a88f-409f-a93e-93664aa620de',
        description: 'Views security settings.',
        permissions: ['security-settings:read'],
        ...NAMED,
      },
      securitySettingsEditAccess: {
        id: 'bfc5d626-de49-4d16-a273-e6890145f2ec',
        description: 'Manages security settings.',
        permissions: ['security-settings:read', 'security-settings:update'],
      },
      brandingSettingsReadAccess: {
        id: '1c522750-1dc9-48a9-a1cb-9f579b620fe9',
        description: 'Views branding settings.',
        permissions: ['branding-settings:read'],
        ...NAMED,
      },
      brandingSettingsEditAccess: {
        id: '56c19424-db5b-45cb-afff-976c40877d3f',
        description: 'Manages branding settings.',
        permissions: ['branding-settings:read', 'branding-settings:update'],
      },
      eventsHistoryReadAccess: {
        id: 'a880053c-5cf5-4179-aa5a-c375bcf6417b',
        description: 'Views the event history.',
        permissions: ['events-history:read'],
      },
      departmentsReadAccess: {
        id: '13b92358-2112-4864-a4ae-4f9c827b7af4',
        description: 'Views departments.',
        permissions: ['department:read'],
      },
      departmentsEditAccess: {
        id: '91c3e99b-fdc5-44a7-a815-bcd0d27b3710',
        description: 'Manages departments.',
        permissions: ['department:create', 'department:read', 'department:update', 'department:delete'],
      },
      projectsReadAccess: {
        id: 'd0454d97-3fe4-492f-afbc-765cfca5fae7',
        description: 'Views projects.',
        permissions: ['project:read'],
      },
      projectsEditAccess: {
        id: '9a71cf11-1d81-4895-a3d1-ceb07f8bb017',
        description: 'Manages projects.',
        permissions: ['project:create', 'project:read', 'project:update', 'project:delete'],
      },
      clustersReadAccess: {
        id: 'f6e05abf-168b-4163-a69a-110c64d70b53',
        description: 'Views clusters.',
        permissions: ['cluster:read'],
      },
      clustersEditAccess: {
        id: '989ad535-68eb-46c8-a369-eed1b78673e7',
        description: 'Manages clusters.',
        permissions: ['cluster:create', 'cluster:read', 'cluster:update', 'cluster:delete'],
      },
      usersReadAccess: {
        id: '6f9cf56f-af6e-49cd-aa8b-2393a88339cb',
        description: 'Views users.',
        permissions: ['users:read'],
      },
      usersEditAccess: {
        id: '9b8585c7-7534-4229-ab19-d878eceb8e95',
        description: 'Manages users.',
        permissions: ['users:create', 'users:read', 'users:update', 'users:delete'],
      },
      applicationsReadAccess: {
        id: '4d0c551b-2f4b-4939-af71-e61069fdefe8',
        description: 'Views applications.',
        permissions: ['apps:read'],
        profiles: UNTIL_2_24,
      },
      applicationsEditAccess: {
        id: '7df24dfe-d481-4baa-a013-88f1e434ea7d',
        description: 'Manages applications.',
        permissions: ['apps:create', 'apps:read', 'apps:update', 'apps:delete'],
        profiles: UNTIL_2_24,
      },
      serviceAccountsReadAccess: {
        id: '15b088c8-7fbe-4adc-a692-136d77e0478a',
        description: 'Views service accounts.',
        permissions: ['service-account:read'],
      },
      serviceAccountsEditAccess: {
        id: '02f80e86-a699-44c9-a1bf-785d671096b7',
        description: 'Manages service accounts.',
        permissions: [
          'service-account:create',
          'service-account:read',
          'service-account:update',
          'service-account:delete',
        ],
      },
      accessKeysReadAccess: {
        id: '3c952f0a-1322-4a27-a69e-e8db3ceef4d2',
        description: 'Views access keys.',
        permissions: ['access-keys:read'],
      },
      accessKeysEditAccess: {
        id: '71a86775-d4f5-4acc-a2e9-27c5505cd9ea',
        description: 'Manages access keys.',
        permissions: ['access-keys:read', 'access-keys:delete'],
      },
      accessRulesReadAccess: {
        id: 'f39546fe-2ea2-41a9-a0e6-398f68dfdbfe',
        description: 'Views access rules.',
        permissions: ['access_rules:read'],
      },
      accessRulesEditAccess: {
        id: '8f6a9539-df08-439a-acb7-7b41fe3a721c',
        description: 'Manages access rules.',
        permissions: ['access_rules:create', 'access_rules:read', 'access_rules:update', 'access_rules:delete'],
      },
      rolesReadAccess: {
        id: '49b3f0e6-022c-485b-a5f7-9c91e5640b49',
        description: 'Views roles.',
        permissions: ['roles:read'],
      },
      rolesEditAccess: {
        id: '9cfaf5eb-0025-4bd2-a74f-1a7d9f3ccb3d',
        description: 'Manages roles.',
        permissions: ['roles:create', 'roles:read', 'roles:update', 'roles:delete'],
      },
    },
  },
  {
    source: 'guide "Roles" of 2.25: its name, and its permissions on other resource types; its id is ours',
    certainty: 'documented',
    rows: {
      workloadReadAccess: {
        id: 'ae99c03d-c510-4b6f-a615-670ea496a8b8',
        description: 'Views workloads.',
        permissions: ['workloads:read', 'workspaces:read', 'trainings:read', 'project:read'],
      },
      workspaceEditAccess: {
        id: 'c7f5f6c4-0b1e-4f5c-9f0e-5a3b8f6f2c11',
        description: 'Manages workspaces.',
        permissions: ['workspaces:create', 'workspaces:read', 'workspaces:delete', 'workloads:read', 'project:read'],
      },
      trainingEditAccess: {
        id: '5e0d9a52-6a63-4c0f-8b0a-1f4a0d8f7e22',
        description: 'Manages trainings.',
        permissions: ['trainings:create', 'trainings:read', 'trainings:delete', 'workloads:read', 'project:read'],
        source: 'by analogy with `workspaceEditAccess` of the guide "Roles" of 2.25; its id is ours',
        certainty: 'inferred',
      },
    },
  },
] as const satisfies readonly Section<PermissionSetRow, 'name'>[];
