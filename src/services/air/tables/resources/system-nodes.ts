import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** A template for nodes. */
export const SYSTEM_NODES = {
  name: 'system_nodes',
  path: '/api/v3/systems/nodes/',
  filters: ['name', 'category', 'simulation', 'image'],
  search: ['name'],
  operations: [
    { ...ANALOGY, needs: [], rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: [], only: 'dsx', rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
