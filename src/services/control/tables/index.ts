import { layOut } from '../../../contract/sections.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { OPERATION_SECTIONS } from './operations.ts';

/** The control API has no rules: any caller that can reach it may use it. */
export const TABLES = {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: {},
} as const satisfies Tables;
