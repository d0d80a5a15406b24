import type { RowIn, Section } from '../../../contract/sections.ts';
import type { PermissionRow } from '../../../decisions/rule.ts';
import { type OfProfiles, ONLY_2_19, SINCE_2_24, UNTIL_2_24 } from './profiles.ts';

const SPEC = 'OpenAPI 2.18 to 2.24, permission model: resource types and actions';
const NAMED = { source: SPEC, certainty: 'documented' } as const;
const LATER = { profiles: SINCE_2_24, source: SPEC, certainty: 'implied' } as const;

/** Permissions: `<resource type>:<action>`. */
export const PERMISSION_SECTIONS = [
  {
    ...NAMED,
    rows: {
      'tenant:read': { label: 'View the account' },
      'settings:create': { label: 'Create settings' },
      'settings:read': { label: 'View settings' },
      'settings:update': { label: 'Edit settings' },
      'settings:delete': { label: 'Delete settings' },
    },
  },
  {
    ...LATER,
    rows: {
      'security-settings:read': { label: 'View security settings' },
      'security-settings:update': { label: 'Edit security settings' },
      'branding-settings:read': { label: 'View branding settings' },
      'branding-settings:update': { label: 'Edit branding settings' },
    },
  },
  {
    ...NAMED,
    rows: {
      'events-history:read': { label: 'View the event history' },
      'department:create': { label: 'Create departments' },
      'department:read': { label: 'View departments' },
      'department:update': { label: 'Edit departments' },
      'department:delete': { label: 'Delete departments' },
      'project:create': { label: 'Create projects' },
      'project:read': { label: 'View projects' },
      'project:update': { label: 'Edit projects' },
      'project:delete': { label: 'Delete projects' },
      'cluster:create': { label: 'Create clusters' },
      'cluster:read': { label: 'View clusters' },
      'cluster:update': { label: 'Edit clusters' },
      'cluster:delete': { label: 'Delete clusters' },
      'users:create': { label: 'Create users' },
      'users:read': { label: 'View users' },
      'users:update': { label: 'Edit users' },
      'users:delete': { label: 'Delete users' },
    },
  },
  {
    ...NAMED,
    profiles: ONLY_2_19,
    rows: {
      'groups:create': { label: 'Create groups' },
      'groups:read': { label: 'View groups' },
      'groups:update': { label: 'Edit groups' },
      'groups:delete': { label: 'Delete groups' },
    },
  },
  {
    ...NAMED,
    profiles: UNTIL_2_24,
    rows: {
      'apps:create': { label: 'Create applications' },
      'apps:read': { label: 'View applications' },
      'apps:update': { label: 'Edit applications' },
      'apps:delete': { label: 'Delete applications' },
    },
  },
  {
    ...NAMED,
    profiles: SINCE_2_24,
    rows: {
      'service-account:create': { label: 'Create service accounts' },
      'service-account:read': { label: 'View service accounts' },
      'service-account:update': { label: 'Edit service accounts' },
      'service-account:delete': { label: 'Delete service accounts' },
    },
  },
  {
    ...LATER,
    rows: {
      'access-keys:read': { label: 'View access keys' },
      'access-keys:delete': { label: 'Delete access keys' },
    },
  },
  {
    ...NAMED,
    rows: {
      'access_rules:create': { label: 'Create access rules' },
      'access_rules:read': { label: 'View access rules' },
      'access_rules:update': { label: 'Edit access rules' },
      'access_rules:delete': { label: 'Delete access rules' },
      'roles:read': { label: 'View roles' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: 'guide "Roles" of 2.24 and later: custom roles',
    certainty: 'documented',
    rows: {
      'roles:create': { label: 'Create roles' },
      'roles:update': { label: 'Edit roles' },
      'roles:delete': { label: 'Delete roles' },
    },
  },
  {
    ...NAMED,
    rows: {
      'workloads:read': { label: 'View workloads' },
      'workspaces:create': { label: 'Create workspaces' },
      'workspaces:read': { label: 'View workspaces' },
      'workspaces:delete': { label: 'Delete workspaces' },
      'trainings:create': { label: 'Create trainings' },
      'trainings:read': { label: 'View trainings' },
      'trainings:delete': { label: 'Delete trainings' },
    },
  },
] as const satisfies readonly Section<PermissionRow & OfProfiles, 'id'>[];

export type Permission = RowIn<'id', (typeof PERMISSION_SECTIONS)[number]>['id'];
