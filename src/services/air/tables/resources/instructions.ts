import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** An instruction for a node. */
export const INSTRUCTIONS = {
  name: 'instructions',
  path: '/api/v3/simulations/nodes/instructions/',
  part: 'node',
  required: ['node', 'executor', 'data'],
  defaults: { name: null, run_again_on_rebuild: false },
  fixed: ['node', 'executor', 'data'],
  refers: { node: { to: 'nodes', onDelete: 'cascade' } },
  hidden: ['simulation', 'executor'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_read'], rows: { list: {}, get: ITEM } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], ...OWN, rows: ['update', 'delete'] },
  ],
} as const satisfies AirResource;
