import type { Tables } from '../../../core/rule.ts';
import { tableOf } from '../../../core/sections.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { PERMISSION_SECTIONS } from './permissions.ts';
import { REMEDIES } from './remedies.ts';
import { RULE_SECTIONS } from './rules.ts';

/** The rules of the event ledger. */
export const TABLES = {
  term: 'scope',
  product: 'nv-cloud-events',
  permissions: tableOf('id', PERMISSION_SECTIONS),
  roles: [],
  rules: tableOf('id', RULE_SECTIONS),
  operations: tableOf('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
} as const satisfies Tables;
