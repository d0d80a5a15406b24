import { layOut } from '../../../contract/sections.ts';
import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow, Tables } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../ngc-keys/remedies.ts';
import { OPERATION_SECTIONS } from './operations.ts';

/** Remedies for keys that look real. The key service refuses them like any other. */
const REMEDIES = KEY_REMEDIES satisfies Partial<Record<DenyReason, RemedyRow>>;

/** The key service makes no decisions about callers. */
export const TABLES = {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
} as const satisfies Tables;
