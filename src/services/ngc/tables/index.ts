import type { Tables } from '../../../core/rule.ts';
import { OPERATIONS } from './operations.ts';
import { PERMISSIONS } from './permissions.ts';
import { REMEDIES } from './remedies.ts';
import { ROLES } from './roles.ts';
import { RULES } from './rules.ts';

/** The law of NGC's key administration. */
export const TABLES = {
  term: 'permission',
  permissions: PERMISSIONS,
  roles: ROLES,
  rules: RULES,
  operations: OPERATIONS,
  remedies: REMEDIES,
} as const satisfies Tables;
