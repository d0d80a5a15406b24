import { layOut } from '../../../contract/sections.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { REMEDIES } from './remedies.ts';

/** The key service makes no decisions about callers. */
export const TABLES = {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
} as const satisfies Tables;
