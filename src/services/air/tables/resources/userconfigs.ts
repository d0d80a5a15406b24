import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** A cloud-init file for nodes. */
export const USERCONFIGS = {
  name: 'userconfigs',
  path: '/api/v3/userconfigs/',
  required: ['name', 'kind', 'content'],
  filters: ['name', 'kind'],
  search: ['name'],
  operations: [
    {
      id: 'userconfigs_list',
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'userconfigs_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    { id: 'userconfigs_create', needs: { all: ['air:simulation_edit'] }, source: REFERENCE, certainty: 'documented' },
    {
      id: 'userconfigs_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'userconfigs_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
