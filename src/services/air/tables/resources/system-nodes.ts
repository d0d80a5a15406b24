import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK } from '../sources.ts';

/** A template for nodes. */
export const SYSTEM_NODES = {
  name: 'system_nodes',
  path: '/api/v3/systems/nodes/',
  search: ['name'],
  operations: [
    { ...ANALOGY, ...OF_SDK, needs: [], rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: [], only: 'dsx', rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
