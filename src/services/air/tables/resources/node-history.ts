import { type AirResource, ITEM } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** The history of a node, with filters. */
export const NODE_HISTORY = {
  name: 'node_history',
  path: '/api/v3/simulations/nodes/{id}/history/',
  target: 'nodes',
  operations: [{ ...ANALOGY, needs: ['air:simulation_read'], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;
