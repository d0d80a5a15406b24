import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** An instruction for a node. */
export const INSTRUCTIONS = {
  name: 'instructions',
  path: '/api/v3/simulations/nodes/instructions/',
  part: 'node',
  required: ['node', 'executor', 'data'],
  defaults: { name: null, run_again_on_rebuild: false },
  fixed: ['node'],
  refers: { node: { to: 'nodes', onDelete: 'cascade' } },
  filters: ['name', 'node', 'simulation', 'state', 'executor', 'run_again_on_rebuild'],
  hidden: ['simulation', 'executor'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, needs: ['air:simulation_read'], rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: ['air:simulation_edit'], ...OWN, rows: ['update', 'delete'] },
  ],
} as const satisfies AirResource;
