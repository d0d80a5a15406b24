import type { OperationRow } from '../../../core/rule.ts';
import type { Section } from '../../../core/sections.ts';
import type { RuleId } from './rules.ts';

/** The rule of each operation. */
export const OPERATION_SECTIONS = [
  {
    certainty: 'observed',
    rows: {
      createServiceKey: {
        rule: 'service-keys',
        source:
          'observed in published clients with other types in the path; that it takes SERVICE_KEY, a type of caller info, is inferred',
        certainty: 'inferred',
      },
      createPersonalKey: { rule: 'keys', source: 'observed in published clients' },
      getCallerInfo: {
        rule: 'public',
        selects: 'body',
        source: 'observed in published clients: an open path, the key is in the form',
      },
    },
  },
  {
    source: 'the family of paths is published; the operation follows the form of the observed create',
    certainty: 'ours',
    rows: {
      listKeys: { rule: 'keys' },
      getKey: { rule: 'key' },
      updateKey: { rule: 'key' },
      deleteKey: { rule: 'key' },
      rotateKey: { rule: 'key' },
    },
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: RuleId | 'public' }, 'id'>[];
