import type { RowIn, Section } from '../../../contract/sections.ts';
import type { Rule } from '../../../decisions/rule.ts';
import type { Permission } from './roles.ts';

/** The permissions that each operation requires. */
export const RULE_SECTIONS = [
  {
    needs: { all: ['keys:manage'] },
    source: 'paths observed in clients; who may use them is inferred',
    certainty: 'inferred',
    rows: { 'service-keys': { label: 'Service keys: create' } },
  },
  {
    needs: { all: ['keys:own'] },
    source: 'users generate their personal keys; that they also list, edit and delete them is inferred',
    certainty: 'inferred',
    rows: {
      keys: { label: 'Keys: list; personal keys: create' },
      key: { label: 'Keys: get, edit, rotate, delete', cover: { lookup: 'keyOfCaller', param: 'keyId' } },
    },
  },
  {
    needs: { all: ['user:read'] },
    source: 'observed in published clients with a user token; that service keys are refused is inferred',
    certainty: 'inferred',
    rows: { user: { label: 'User: get' } },
  },
] as const satisfies readonly Section<Rule<Permission>, 'id'>[];

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)[number]>['id'];
