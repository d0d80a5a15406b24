import type { Rule } from '../../../core/rule.ts';
import type { Permission } from './permissions.ts';

const SOURCE = 'paths observed in clients; who may use them is inferred';

/** What each action needs. */
export const RULES = [
  {
    id: 'keys',
    label: 'Keys: list and create',
    needs: { all: ['keys:manage'] },
    source: SOURCE,
    certainty: 'inferred',
  },
  {
    id: 'key',
    label: 'Keys: get, edit, rotate, delete',
    needs: { all: ['keys:manage'] },
    cover: { lookup: 'keyOfOrganization', param: 'keyId' },
    source: SOURCE,
    certainty: 'inferred',
  },
] as const satisfies readonly Rule<Permission>[];

export type RuleId = (typeof RULES)[number]['id'];
