import type { OperationRow } from '../../../decisions/rule.ts';
import type { Section } from '../../../definitions/sections.ts';

/** Operations that belong to no resource. All others come from the resources. */
export const OPERATION_SECTIONS = [
  {
    rule: 'public',
    streams: true,
    source: 'stands in for the object storage of images',
    certainty: 'ours',
    rows: ['uploads_put_part'],
  },
] as const satisfies readonly Section<OperationRow, 'id'>[];
