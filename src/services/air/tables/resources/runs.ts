import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** One time that a simulation ran. */
export const RUNS = {
  name: 'runs',
  path: '/api/v3/simulations/runs/',
  part: 'simulation',
  defaults: { name: '' },
  refers: { simulation: { to: 'simulations', onDelete: 'cascade' } },
  filters: ['name', 'simulation'],
  search: ['name'],
  operations: [
    { id: 'runs_list', needs: { all: ['air:simulation_read'] }, only: 'dsx', source: ANALOGY, certainty: 'inferred' },
    {
      id: 'runs_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      only: 'dsx',
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'runs_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      only: 'dsx',
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
