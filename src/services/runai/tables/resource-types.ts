import type { Sourced } from '../../../core/rule.ts';
import { type OfProfiles, ONLY_2_19, SINCE_2_24, UNTIL_2_24 } from './profiles.ts';

/** What permissions are about, as roles list it. */
export interface ResourceTypeRow extends Sourced, OfProfiles {
  readonly id: string;
  readonly displayName: string;
  readonly groupId: 'organization' | 'physical-resource' | 'iam' | 'workload';
}

const CAPTURE = 'role list of a live system, August 2024 (test data of runapy v0.8.0)';
const SPEC = 'OpenAPI 2.18 to 2.24, permission model';
const NAMED = `${SPEC}; its display name and group are not published`;

/** The resource types of identity and access, and those that scopes are made of. The vendor has more. */
export const RESOURCE_TYPES = [
  { id: 'tenant', displayName: 'Account', groupId: 'organization', source: CAPTURE, certainty: 'observed' },
  { id: 'settings', displayName: 'Settings', groupId: 'organization', source: CAPTURE, certainty: 'observed' },
  {
    id: 'security-settings',
    displayName: 'Security settings',
    groupId: 'organization',
    profiles: SINCE_2_24,
    source: NAMED,
    certainty: 'inferred',
  },
  {
    id: 'branding-settings',
    displayName: 'Branding settings',
    groupId: 'organization',
    profiles: SINCE_2_24,
    source: NAMED,
    certainty: 'inferred',
  },
  {
    id: 'events-history',
    displayName: 'Event history',
    groupId: 'organization',
    source: CAPTURE,
    certainty: 'observed',
  },
  { id: 'department', displayName: 'Departments', groupId: 'organization', source: CAPTURE, certainty: 'observed' },
  { id: 'project', displayName: 'Projects', groupId: 'organization', source: CAPTURE, certainty: 'observed' },
  { id: 'cluster', displayName: 'Clusters', groupId: 'physical-resource', source: CAPTURE, certainty: 'observed' },
  { id: 'users', displayName: 'Users', groupId: 'iam', source: CAPTURE, certainty: 'observed' },
  {
    id: 'groups',
    displayName: 'Groups',
    groupId: 'iam',
    profiles: ONLY_2_19,
    source: `${CAPTURE}; gone since 2.23`,
    certainty: 'observed',
  },
  {
    id: 'apps',
    displayName: 'Applications',
    groupId: 'iam',
    profiles: UNTIL_2_24,
    source: CAPTURE,
    certainty: 'observed',
  },
  {
    id: 'service-account',
    displayName: 'Service accounts',
    groupId: 'iam',
    profiles: SINCE_2_24,
    source: NAMED,
    certainty: 'inferred',
  },
  {
    id: 'access-keys',
    displayName: 'Access keys',
    groupId: 'iam',
    profiles: SINCE_2_24,
    source: NAMED,
    certainty: 'inferred',
  },
  { id: 'access_rules', displayName: 'Access rules', groupId: 'iam', source: CAPTURE, certainty: 'observed' },
  { id: 'roles', displayName: 'Roles', groupId: 'iam', source: CAPTURE, certainty: 'observed' },
  {
    id: 'workloads',
    displayName: 'Workloads',
    groupId: 'workload',
    source: 'our own: the published types of workloads are many, and none of them is about authentication',
    certainty: 'ours',
  },
] as const satisfies readonly ResourceTypeRow[];
