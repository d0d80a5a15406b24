import type { AirResource } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** A port of an interface that is reachable from outside; it cannot be changed. */
export const SERVICES = {
  name: 'services',
  path: '/api/v3/simulations/nodes/interfaces/services/',
  part: 'interface',
  required: ['node_port', 'interface'],
  defaults: { name: '', service_type: 'OTHER' },
  refers: { interface: { to: 'interfaces', onDelete: 'cascade' } },
  filters: ['name', 'interface', 'simulation', 'service_type', 'node_port', 'node', 'worker_port', 'worker_fqdn'],
  hidden: ['simulation', 'node', 'worker_port', 'worker_fqdn'],
  search: ['name'],
  operations: [
    {
      id: 'services_list',
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'services_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
    { id: 'services_create', needs: { all: ['air:simulation_edit'] }, source: REFERENCE, certainty: 'documented' },
    {
      id: 'services_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: REFERENCE,
      certainty: 'documented',
    },
  ],
} as const satisfies AirResource;
