import type { Tables } from '../../../core/rule.ts';
import { OPERATIONS } from './operations.ts';
import { PERMISSIONS } from './permissions.ts';
import { REMEDIES } from './remedies.ts';
import { ROLES } from './roles.ts';
import { RULES } from './rules.ts';

/** The law of Run:ai, as version 2.24 has it. */
export const TABLES = {
  term: 'permission',
  grants: PERMISSIONS,
  roles: ROLES,
  rules: RULES,
  operations: OPERATIONS,
  remedies: REMEDIES,
} as const satisfies Tables;
