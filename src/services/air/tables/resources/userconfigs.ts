import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** A cloud-init file for nodes. */
export const USERCONFIGS = {
  name: 'userconfigs',
  path: '/api/v3/userconfigs/',
  required: ['name', 'kind', 'content'],
  fixed: ['kind'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], ...OWN, rows: ['update', 'delete'] },
  ],
} as const satisfies AirResource;
