import type { Rule } from '../../../core/rule.ts';
import type { RowIn, Section } from '../../../core/sections.ts';
import type { Permission } from './permissions.ts';

/** The permissions that each action needs. */
export const RULE_SECTIONS = [
  {
    needs: { all: ['keys:manage'] },
    source: 'paths observed in clients; who may use them is inferred',
    certainty: 'inferred',
    rows: {
      keys: { label: 'Keys: list and create' },
      key: { label: 'Keys: get, edit, rotate, delete', cover: { lookup: 'keyOfOrganization', param: 'keyId' } },
    },
  },
] as const satisfies readonly Section<Rule<Permission>, 'id'>[];

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)[number]>['id'];
