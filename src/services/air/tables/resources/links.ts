import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** A cable between two interfaces of one simulation. */
export const LINKS = {
  name: 'links',
  path: '/api/v3/simulations/nodes/interfaces/links/',
  required: ['interfaces'],
  defaults: { labels: null },
  hidden: ['simulation', 'node', 'interface'],
  shown: ['interfaces.name', 'interfaces.node_name'],
  search: ['interfaces.name', 'interfaces.node_name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
