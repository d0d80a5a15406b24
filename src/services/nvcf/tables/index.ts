import type { Tables } from '../../../core/rule.ts';
import { OPERATIONS } from './operations.ts';
import { REMEDIES } from './remedies.ts';
import { DOCUMENTED_TYPES, OPEN_SOURCE_TYPES } from './resource-types.ts';
import { ROLES } from './roles.ts';
import { DOCUMENTED_RULES, OPEN_SOURCE_RULES } from './rules.ts';
import { SCOPES } from './scopes.ts';

const COMMON = {
  term: 'scope',
  product: 'nv-cloud-functions',
  permissions: SCOPES,
  roles: ROLES,
  operations: OPERATIONS,
  remedies: REMEDIES,
} as const;

/** The law of Cloud Functions, as the service-keys page tells it. */
export const DOCUMENTED = {
  ...COMMON,
  resourceTypes: DOCUMENTED_TYPES,
  rules: DOCUMENTED_RULES,
} as const satisfies Tables;

/** The same, as the published control plane keeps it. */
export const OPEN_SOURCE = {
  ...COMMON,
  resourceTypes: OPEN_SOURCE_TYPES,
  rules: OPEN_SOURCE_RULES,
} as const satisfies Tables;
