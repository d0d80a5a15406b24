import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
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
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, needs: ['air:simulation_edit'], rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
