import { layOut } from '../../../contract/sections.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { NOT_EMULATED_SECTIONS } from './not-emulated.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { PERMISSION_SECTIONS, ROLE_SECTIONS } from './roles.ts';
import { REMEDIES, RULE_SECTIONS } from './rules.ts';

export const NOT_EMULATED = layOut('path', NOT_EMULATED_SECTIONS);

/** The rules of NGC's key management. */
export const TABLES = {
  term: 'permission',
  permissions: layOut('id', PERMISSION_SECTIONS),
  roles: layOut('name', ROLE_SECTIONS),
  rules: layOut('id', RULE_SECTIONS),
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
  more: { notEmulated: NOT_EMULATED },
} as const satisfies Tables;
