import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** What a simulation was saved as when it was shut down. */
export const CHECKPOINTS = {
  name: 'checkpoints',
  path: '/api/v3/simulations/runs/checkpoints/',
  defaults: { name: '', favorite: false, metadata: null },
  refers: { run: { to: 'runs', onDelete: 'cascade' } },
  filters: ['name', 'run', 'simulation', 'favorite', 'state'],
  hidden: ['simulation'],
  search: ['name'],
  operations: [
    {
      id: 'checkpoints_list',
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'checkpoints_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'checkpoints_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'checkpoints_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
