import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';
import { type OfProfiles, ONLY_2_19, SINCE_2_24, UNTIL_2_24 } from './profiles.ts';

/** A resource type, as listed in roles. */
export interface ResourceTypeRow extends Sourced, OfProfiles {
  readonly id: string;
  readonly displayName: string;
  readonly groupId: 'organization' | 'physical-resource' | 'iam' | 'workload';
}

const CAPTURE = 'role list of a live system, August 2024 (test data of runapy v0.8.0)';
const SEEN = { source: CAPTURE, certainty: 'observed' } as const;
const NAMED = {
  profiles: SINCE_2_24,
  source: 'OpenAPI 2.18 to 2.24, permission model; display name and group are not published',
  certainty: 'inferred',
} as const;

/** Resource types for identity and access, scopes and workloads. The vendor has more. */
export const RESOURCE_TYPE_SECTIONS = [
  {
    ...SEEN,
    groupId: 'organization',
    rows: { tenant: { displayName: 'Account' }, settings: { displayName: 'Settings' } },
  },
  {
    ...NAMED,
    groupId: 'organization',
    rows: {
      'security-settings': { displayName: 'Security settings' },
      'branding-settings': { displayName: 'Branding settings' },
    },
  },
  {
    ...SEEN,
    groupId: 'organization',
    rows: {
      'events-history': { displayName: 'Event history' },
      department: { displayName: 'Departments' },
      project: { displayName: 'Projects' },
    },
  },
  { ...SEEN, groupId: 'physical-resource', rows: { cluster: { displayName: 'Clusters' } } },
  {
    ...SEEN,
    groupId: 'iam',
    rows: {
      users: { displayName: 'Users' },
      groups: { displayName: 'Groups', profiles: ONLY_2_19, source: `${CAPTURE}; removed in 2.23` },
      apps: { displayName: 'Applications', profiles: UNTIL_2_24 },
    },
  },
  {
    ...NAMED,
    groupId: 'iam',
    rows: { 'service-account': { displayName: 'Service accounts' }, 'access-keys': { displayName: 'Access keys' } },
  },
  { ...SEEN, groupId: 'iam', rows: { access_rules: { displayName: 'Access rules' }, roles: { displayName: 'Roles' } } },
  {
    ...SEEN,
    groupId: 'workload',
    rows: {
      workloads: { displayName: 'Workloads' },
      workspaces: { displayName: 'Workspaces' },
      trainings: { displayName: 'Trainings' },
    },
  },
] as const satisfies readonly Section<ResourceTypeRow, 'id'>[];
