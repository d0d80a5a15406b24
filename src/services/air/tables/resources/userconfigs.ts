import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** A cloud-init file for nodes. */
export const USERCONFIGS = {
  name: 'userconfigs',
  path: '/api/v3/userconfigs/',
  required: ['name', 'kind', 'content'],
  filters: ['name', 'kind'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, needs: ['air:simulation_edit'], ...OWN, rows: ['update', 'delete'] },
  ],
} as const satisfies AirResource;
