import type { GrantRow } from '../../../core/rule.ts';

const SPEC = 'OpenAPI 2.24, permission model: resource types and actions';

/** Resource types of identity and access, and what can be done to them: `<resource type>:<action>`. */
export const PERMISSIONS = [
  { id: 'access-keys:read', label: 'View access keys', source: SPEC, certainty: 'implied' },
  { id: 'access-keys:delete', label: 'Delete access keys', source: SPEC, certainty: 'implied' },
  { id: 'users:create', label: 'Create users', source: SPEC, certainty: 'documented' },
  { id: 'users:read', label: 'View users', source: SPEC, certainty: 'documented' },
  { id: 'users:update', label: 'Edit users', source: SPEC, certainty: 'documented' },
  { id: 'users:delete', label: 'Delete users', source: SPEC, certainty: 'documented' },
  { id: 'apps:create', label: 'Create applications', source: SPEC, certainty: 'documented' },
  { id: 'apps:read', label: 'View applications', source: SPEC, certainty: 'documented' },
  { id: 'apps:update', label: 'Edit applications', source: SPEC, certainty: 'documented' },
  { id: 'apps:delete', label: 'Delete applications', source: SPEC, certainty: 'documented' },
  { id: 'access_rules:create', label: 'Create access rules', source: SPEC, certainty: 'documented' },
  { id: 'access_rules:read', label: 'View access rules', source: SPEC, certainty: 'documented' },
  { id: 'access_rules:update', label: 'Edit access rules', source: SPEC, certainty: 'documented' },
  { id: 'access_rules:delete', label: 'Delete access rules', source: SPEC, certainty: 'documented' },
  { id: 'roles:read', label: 'View roles', source: SPEC, certainty: 'documented' },
] as const satisfies readonly GrantRow[];

export type Permission = (typeof PERMISSIONS)[number]['id'];
