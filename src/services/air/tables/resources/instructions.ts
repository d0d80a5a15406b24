import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** What a node is told to do. */
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
    { id: 'instructions_create', needs: { all: ['air:simulation_edit'] }, source: REFERENCE, certainty: 'documented' },
    { id: 'instructions_list', needs: { all: ['air:simulation_read'] }, source: ANALOGY, certainty: 'inferred' },
    {
      id: 'instructions_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'instructions_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'instructions_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
