import { type AirResource, ITEM } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** The history of a demo, with filters. */
export const DEMO_HISTORY = {
  name: 'demo_history',
  path: '/api/v3/marketplace/demos/{id}/history/',
  target: 'demos',
  operations: [{ ...ANALOGY, needs: [], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;
