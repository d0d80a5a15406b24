import type { Rule } from '../../../core/rule.ts';
import type { Permission } from './permissions.ts';

const PAGE = 'reference page "Access keys", 2.24';

/** What each action needs. */
export const RULES = [
  {
    id: 'own-access-keys',
    label: 'Access keys: list and create',
    needs: {},
    source: PAGE,
    certainty: 'documented',
  },
  {
    id: 'own-access-key',
    label: 'Access keys: get, delete, regenerate',
    needs: {},
    cover: { lookup: 'ownAccessKey', param: 'accessKeyId' },
    source: `${PAGE}; that another user's key is not found is not written there`,
    certainty: 'inferred',
  },
  {
    id: 'list-all-access-keys',
    label: 'Administration: list access keys',
    needs: { all: ['access-keys:read'] },
    source: `${PAGE}; the permission follows from the resource type`,
    certainty: 'inferred',
  },
  {
    id: 'delete-any-access-key',
    label: 'Administration: delete access key',
    needs: { all: ['access-keys:delete'] },
    cover: { lookup: 'anyAccessKey', param: 'accessKeyId' },
    source: `${PAGE}; the permission follows from the resource type`,
    certainty: 'inferred',
  },
] as const satisfies readonly Rule<Permission>[];

export type RuleId = (typeof RULES)[number]['id'];
