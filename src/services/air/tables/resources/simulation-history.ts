import { type AirResource, ITEM } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** The history of a simulation, with filters. */
export const SIMULATION_HISTORY = {
  name: 'simulation_history',
  path: '/api/v3/simulations/{id}/history/',
  target: 'simulations',
  operations: [{ ...ANALOGY, needs: ['air:simulation_read'], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;
