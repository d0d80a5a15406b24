import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** The saved state of a simulation from when it was shut down. */
export const CHECKPOINTS = {
  name: 'checkpoints',
  path: '/api/v3/simulations/runs/checkpoints/',
  defaults: { name: '', favorite: false, metadata: null },
  refers: { run: { to: 'runs', onDelete: 'cascade' } },
  hidden: ['simulation'],
  search: ['name', 'state'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: { update: OWN } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
