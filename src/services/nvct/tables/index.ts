import { layOut } from '../../../contract/sections.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { OPERATION_SECTIONS } from './operations.ts';
import { REMEDIES, RULE_SECTIONS } from './rules.ts';
import { RESOURCE_TYPE_SECTIONS, SCOPE_SECTIONS } from './scopes.ts';

/** The rules of Cloud Tasks. */
export const TABLES = {
  term: 'scope',
  product: 'nv-cloud-tasks',
  permissions: layOut('id', SCOPE_SECTIONS),
  resourceTypes: layOut('id', RESOURCE_TYPE_SECTIONS),
  unbound:
    'is bound to nothing at Cloud Tasks; `"resource": {"type": "All Tasks"}` binds it to all tasks of its account',
  roles: [],
  rules: layOut('id', RULE_SECTIONS),
  operations: layOut('id', OPERATION_SECTIONS),
  remedies: REMEDIES,
} as const satisfies Tables;
