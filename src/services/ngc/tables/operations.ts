import type { OperationRow } from '../../../core/rule.ts';
import type { RuleId } from './rules.ts';

const OURS = 'the family of paths is published; the operation follows the form of the observed create';

/** Which rule each operation falls under. */
export const OPERATIONS = [
  { id: 'createKey', rule: 'keys', source: 'observed in published clients', certainty: 'observed' },
  { id: 'listKeys', rule: 'keys', source: OURS, certainty: 'ours' },
  { id: 'getKey', rule: 'key', source: OURS, certainty: 'ours' },
  { id: 'updateKey', rule: 'key', source: OURS, certainty: 'ours' },
  { id: 'deleteKey', rule: 'key', source: OURS, certainty: 'ours' },
  { id: 'rotateKey', rule: 'key', source: OURS, certainty: 'ours' },
  {
    id: 'getCallerInfo',
    rule: 'public',
    selects: 'body',
    source: 'observed in published clients: an open path, the key is in the form',
    certainty: 'observed',
  },
] as const satisfies readonly (OperationRow & { readonly rule: RuleId | 'public' })[];
