import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** A port of an interface that is reachable from outside; it cannot be changed. */
export const SERVICES = {
  name: 'services',
  path: '/api/v3/simulations/nodes/interfaces/services/',
  part: 'interface',
  required: ['node_port', 'interface'],
  defaults: { name: '', service_type: 'OTHER' },
  refers: { interface: { to: 'interfaces', onDelete: 'cascade' } },
  hidden: ['simulation', 'node', 'worker_port', 'worker_fqdn'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: { create: {}, delete: OWN } },
  ],
} as const satisfies AirResource;
