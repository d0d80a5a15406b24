import type { Tables } from '../../../core/rule.ts';
import { OPERATIONS } from './operations.ts';

/** The switchboard has no law: whoever reaches it may. */
export const TABLES = {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: OPERATIONS,
  remedies: {},
} as const satisfies Tables;
