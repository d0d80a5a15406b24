import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** A template that nodes are made from. */
export const SYSTEM_NODES = {
  name: 'system_nodes',
  path: '/api/v3/systems/nodes/',
  filters: ['name', 'category', 'simulation', 'image'],
  search: ['name'],
  operations: [
    { id: 'system_nodes_list', needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'system_nodes_get', item: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    {
      id: 'system_nodes_delete',
      item: true,
      ownersOnly: true,
      needs: {},
      only: 'dsx',
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
