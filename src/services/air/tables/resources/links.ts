import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** A cable between two interfaces of one simulation. */
export const LINKS = {
  name: 'links',
  path: '/api/v3/simulations/nodes/interfaces/links/',
  required: ['interfaces'],
  defaults: { labels: null },
  filters: ['simulation', 'node', 'interface'],
  hidden: ['simulation', 'node', 'interface'],
  search: [],
  operations: [
    {
      id: 'links_list',
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'links_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    { id: 'links_create', needs: { all: ['air:simulation_edit'] }, source: REFERENCE, certainty: 'documented' },
    {
      id: 'links_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
