import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** What happened to a simulation, and by what it can be filtered. */
export const SIMULATION_HISTORY = {
  name: 'simulation_history',
  path: '/api/v3/simulations/{id}/history/',
  target: 'simulations',
  filters: ['category', 'actor'],
  operations: [
    {
      id: 'simulation_history_list',
      item: true,
      needs: { all: ['air:simulation_read'] },
      only: 'dsx',
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'simulation_history_filters',
      item: true,
      needs: { all: ['air:simulation_read'] },
      only: 'dsx',
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
