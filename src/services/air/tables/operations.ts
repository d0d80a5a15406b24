import type { OperationRow } from '../../../core/rule.ts';

/** Operations that belong to no resource. All others are read off the resources. */
export const OPERATIONS = [
  {
    id: 'uploads_put_part',
    rule: 'public',
    streams: true,
    source: 'stands in for the object storage of images',
    certainty: 'ours',
  },
] as const satisfies readonly OperationRow[];
