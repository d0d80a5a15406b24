import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** The saved state of a simulation from when it was shut down. */
export const CHECKPOINTS = {
  name: 'checkpoints',
  path: '/api/v3/simulations/runs/checkpoints/',
  defaults: { name: '', favorite: false, metadata: null },
  refers: { run: { to: 'runs', onDelete: 'cascade' } },
  filters: ['name', 'run', 'simulation', 'favorite', 'state'],
  hidden: ['simulation'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: { update: OWN } },
    { ...ANALOGY, needs: ['air:simulation_edit'], rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
