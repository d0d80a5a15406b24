import type { RowIn, Section } from '../../../contract/sections.ts';
import type { Rule } from '../../../decisions/rule.ts';
import type { Permission } from './permissions.ts';
import type { ScopeType } from './scope-types.ts';

const KEYS = 'reference page "Access keys", 2.24';
const MODEL = 'the permission follows from the resource type and the method';
const WHOLE = `${MODEL}; that the object belongs to the tenant as a whole is not documented`;

/** Objects of the tenant as a whole. Rules for a part of the tenant do not cover them. */
const TENANT = ['system', 'tenant'] as const;
const OF_TENANT = { on: TENANT, source: WHOLE, certainty: 'inferred' } as const;
const KEYS_OF_TENANT = { on: TENANT, source: `${KEYS}; ${WHOLE}`, certainty: 'inferred' } as const;
/** Objects in a scope. Rules for the scope, or for a scope that contains it, cover them. */
const SCOPED = ['system', 'tenant', 'cluster', 'department', 'project'] as const;

/** How to look up the object of an operation. */
const APPLICATION = { lookup: 'application', param: 'appId' } as const;
const SERVICE_ACCOUNT = { lookup: 'serviceAccount', param: 'serviceAccountId' } as const;
const ACCESS_RULE = { lookup: 'accessRule', param: 'accessRuleId' } as const;
const WORKSPACE = { lookup: 'workspace', param: 'workloadId' } as const;
const TRAINING = { lookup: 'training', param: 'workloadId' } as const;
const DISTRIBUTED = { lookup: 'distributed', param: 'workloadId' } as const;
const ROLE = { lookup: 'role', param: 'roleId' } as const;
const USER = { lookup: 'user', param: 'userId' } as const;

/** The permissions that each operation requires. */
export const RULE_SECTIONS = [
  // The caller's own objects need no permission.
  {
    needs: {},
    source: KEYS,
    certainty: 'documented',
    rows: { 'own-access-keys': { label: 'Access keys: list and create' } },
  },
  {
    needs: {},
    certainty: 'inferred',
    rows: {
      'own-access-key': {
        label: 'Access keys: get, delete, regenerate',
        cover: { lookup: 'ownAccessKey', param: 'accessKeyId' },
        source: `${KEYS}; that another user's key is not found is not documented`,
      },
      'own-user-application': {
        label: 'User applications: get, delete, regenerate',
        cover: { lookup: 'ownAccessKey', param: 'appId' },
        source: `${KEYS}; user applications are the former name of access keys`,
      },
    },
  },
  {
    needs: {},
    certainty: 'implied',
    rows: {
      'own-access': {
        label: 'Me: access rules and permissions',
        source: 'reference pages "Me" and "Permissions": they mention no permission',
      },
      'own-password': { label: 'Me: change the password', source: 'reference page "Me": it mentions no permission' },
    },
  },

  // Objects of the tenant as a whole.
  {
    ...KEYS_OF_TENANT,
    needs: { all: ['access-keys:read'] },
    rows: { 'list-all-access-keys': { label: 'Administration: list access keys' } },
  },
  {
    ...KEYS_OF_TENANT,
    needs: { all: ['access-keys:delete'] },
    rows: {
      'delete-any-access-key': {
        label: 'Administration: delete access key',
        cover: { lookup: 'anyAccessKey', param: 'accessKeyId' },
      },
      'delete-any-user-application': {
        label: 'Administration: delete user application',
        cover: { lookup: 'anyAccessKey', param: 'appId' },
      },
    },
  },
  {
    ...OF_TENANT,
    needs: { all: ['apps:read'] },
    rows: {
      'list-applications': { label: 'Applications: list' },
      'read-application': { label: 'Applications: get', cover: APPLICATION },
    },
  },
  {
    ...OF_TENANT,
    needs: { all: ['service-account:read'] },
    rows: {
      'list-service-accounts': { label: 'Service accounts: list' },
      'read-service-account': { label: 'Service accounts: get', cover: SERVICE_ACCOUNT },
    },
  },
  {
    ...OF_TENANT,
    needs: { all: ['users:read'] },
    rows: {
      'list-users': { label: 'Users: list and count' },
      'read-user': { label: 'Users: get', cover: USER },
    },
  },
  {
    ...OF_TENANT,
    rows: {
      'create-application': { label: 'Applications: create', needs: { all: ['apps:create'] } },
      'update-application': {
        label: 'Applications: enable, disable, regenerate the secret',
        needs: { all: ['apps:update'] },
        cover: APPLICATION,
      },
      'delete-application': { label: 'Applications: delete', needs: { all: ['apps:delete'] }, cover: APPLICATION },
      'create-service-account': { label: 'Service accounts: create', needs: { all: ['service-account:create'] } },
      'update-service-account': {
        label: 'Service accounts: enable, disable, regenerate the secret',
        needs: { all: ['service-account:update'] },
        cover: SERVICE_ACCOUNT,
      },
      'delete-service-account': {
        label: 'Service accounts: delete',
        needs: { all: ['service-account:delete'] },
        cover: SERVICE_ACCOUNT,
      },
      'create-role': { label: 'Roles: create', needs: { all: ['roles:create'] } },
      'update-role': { label: 'Roles: change, enable, disable', needs: { all: ['roles:update'] }, cover: ROLE },
      'delete-role': { label: 'Roles: delete', needs: { all: ['roles:delete'] }, cover: ROLE },
      'create-user': { label: 'Users: create', needs: { all: ['users:create'] } },
      'update-user': { label: 'Users: log out, reset the password', needs: { all: ['users:update'] }, cover: USER },
      'delete-user': { label: 'Users: delete', needs: { all: ['users:delete'] }, cover: USER },
    },
  },
  {
    on: TENANT,
    source: 'the permission is not documented; the settings belong to authorization, like the roles of the tenant',
    certainty: 'inferred',
    rows: {
      'read-authorization-settings': { label: 'Authorization settings: list and get', needs: { all: ['roles:read'] } },
      'update-authorization-settings': { label: 'Authorization settings: change', needs: { all: ['roles:update'] } },
    },
  },

  {
    ...OF_TENANT,
    rows: {
      'read-security-settings': {
        label: 'Security settings: list and get',
        needs: { all: ['security-settings:read'] },
      },
      'update-security-settings': { label: 'Security settings: change', needs: { all: ['security-settings:update'] } },
    },
  },

  // Objects in a scope.
  {
    on: SCOPED,
    source: `${MODEL}; that lists are limited to the caller's scopes is not documented`,
    certainty: 'inferred',
    rows: {
      'list-access-rules': { label: 'Access rules: list and count', needs: { all: ['access_rules:read'] } },
      'list-tenants': { label: 'Tenants: list', needs: { all: ['tenant:read'] } },
      'list-clusters': { label: 'Clusters: list', needs: { all: ['cluster:read'] } },
      'list-departments': { label: 'Departments: list', needs: { all: ['department:read'] } },
      'list-projects': { label: 'Projects: list', needs: { all: ['project:read'] } },
      'list-workloads': { label: 'Workloads: list', needs: { all: ['workloads:read'] } },
    },
  },
  {
    on: SCOPED,
    source: MODEL,
    certainty: 'implied',
    rows: {
      'read-access-rule': { label: 'Access rules: get', needs: { all: ['access_rules:read'] }, cover: ACCESS_RULE },
      'create-access-rule': {
        label: 'Access rules: create',
        needs: { all: ['access_rules:create'] },
        cover: { lookup: 'scopeInBody' },
      },
      'delete-access-rule': {
        label: 'Access rules: delete',
        needs: { all: ['access_rules:delete'] },
        cover: ACCESS_RULE,
      },
      'read-cluster': {
        label: 'Clusters: get',
        needs: { all: ['cluster:read'] },
        cover: { lookup: 'cluster', param: 'clusterUuid' },
      },
      'read-department': {
        label: 'Departments: get',
        needs: { all: ['department:read'] },
        cover: { lookup: 'department', param: 'departmentId' },
      },
      'read-project': {
        label: 'Projects: get',
        needs: { all: ['project:read'] },
        cover: { lookup: 'project', param: 'projectId' },
      },
    },
  },
  {
    on: SCOPED,
    source: `${MODEL}; the permission of each operation is not documented, so it follows from the resource type and the action`,
    certainty: 'inferred',
    rows: {
      'read-workload': {
        label: 'Workloads: get',
        needs: { all: ['workloads:read'] },
        cover: { lookup: 'workload', param: 'workloadId' },
      },
      'create-workspace': {
        label: 'Workspaces: create',
        needs: { all: ['workspaces:create'] },
        cover: { lookup: 'projectInBody' },
      },
      'read-workspace': { label: 'Workspaces: get', needs: { all: ['workspaces:read'] }, cover: WORKSPACE },
      'delete-workspace': { label: 'Workspaces: delete', needs: { all: ['workspaces:delete'] }, cover: WORKSPACE },
      'create-training': {
        label: 'Trainings: create',
        needs: { all: ['trainings:create'] },
        cover: { lookup: 'projectInBody' },
      },
      'read-training': { label: 'Trainings: get', needs: { all: ['trainings:read'] }, cover: TRAINING },
      'delete-training': { label: 'Trainings: delete', needs: { all: ['trainings:delete'] }, cover: TRAINING },
    },
  },
  {
    on: SCOPED,
    source: `${MODEL}; distributed workloads have no resource type, and the document calls them trainings`,
    certainty: 'inferred',
    rows: {
      'create-distributed': {
        label: 'Distributed trainings: create',
        needs: { all: ['trainings:create'] },
        cover: { lookup: 'projectInBody' },
      },
      'read-distributed': {
        label: 'Distributed trainings: get',
        needs: { all: ['trainings:read'] },
        cover: DISTRIBUTED,
      },
      'delete-distributed': {
        label: 'Distributed trainings: delete',
        needs: { all: ['trainings:delete'] },
        cover: DISTRIBUTED,
      },
    },
  },
  {
    on: SCOPED,
    source: `${MODEL}; each entry is authorized separately`,
    certainty: 'implied',
    rows: {
      'create-access-rules': { label: 'Access rules: create several', needs: { all: ['access_rules:create'] } },
      'delete-access-rules': { label: 'Access rules: delete several', needs: { all: ['access_rules:delete'] } },
    },
  },
  {
    needs: { all: ['roles:read'] },
    on: SCOPED,
    source: `${MODEL}; a caller who may create access rules in any scope must be able to see roles`,
    certainty: 'inferred',
    rows: {
      'read-roles': { label: 'Roles and permission sets: list' },
      'read-role': { label: 'Roles: get', cover: ROLE },
      'read-role-v1': { label: 'Roles (v1): get', cover: { lookup: 'role', param: 'roleIdPath' } },
      'read-permission-set': {
        label: 'Permission sets: get',
        cover: { lookup: 'permissionSet', param: 'permissionSetId' },
      },
    },
  },
] as const satisfies readonly Section<Rule<Permission, ScopeType>, 'id'>[];

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)[number]>['id'];
