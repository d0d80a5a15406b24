import type { Tables } from '../../../core/rule.ts';
import { tableOf } from '../../../core/sections.ts';
import { OPERATION_SECTIONS } from './operations.ts';

/** The switchboard has no law: whoever reaches it may. */
export const TABLES = {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: tableOf('id', OPERATION_SECTIONS),
  remedies: {},
} as const satisfies Tables;
