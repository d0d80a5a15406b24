import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** One run of a simulation. */
export const RUNS = {
  name: 'runs',
  path: '/api/v3/simulations/runs/',
  part: 'simulation',
  defaults: { name: '' },
  refers: { simulation: { to: 'simulations', onDelete: 'cascade' } },
  operations: [
    { ...ANALOGY, needs: ['air:simulation_read'], only: 'dsx', rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: ['air:simulation_edit'], only: 'dsx', rows: { update: OWN } },
  ],
} as const satisfies AirResource;
