import type { Section } from '../../../contract/sections.ts';
import type { OperationRow } from '../../../decisions/rule.ts';

/** Operations without a resource. All others are defined by the resources. */
export const OPERATION_SECTIONS = [
  {
    rule: 'public',
    streams: true,
    source: 'replaces the object storage of images',
    certainty: 'ours',
    rows: ['uploads_put_part'],
  },
] as const satisfies readonly Section<OperationRow, 'id'>[];
