import type { Tables } from '../../../core/rule.ts';
import { tableOf } from '../../../core/sections.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { REMEDIES } from './remedies.ts';

/** The key service decides nothing about its callers. */
export const TABLES = {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: tableOf('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
} as const satisfies Tables;
