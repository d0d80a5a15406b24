import type { OperationRow } from '../../../core/rule.ts';
import type { Section } from '../../../core/sections.ts';
import type { RuleId } from './rules.ts';

/** The rule of each operation. */
export const OPERATION_SECTIONS = [
  {
    rule: 'read-events',
    source: 'published code of the event ledger (NVIDIA/nvcf, fadc0f81); the bodies of its answers are ours',
    certainty: 'contradicted',
    rows: ['listEvents', 'getEventStats'],
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: RuleId }, 'id'>[];
