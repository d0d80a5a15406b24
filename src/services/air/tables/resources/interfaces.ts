import type { AirResource } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, REFERENCE } from '../sources.ts';

/** A network interface of a node. */
export const INTERFACES = {
  name: 'interfaces',
  path: '/api/v3/simulations/nodes/interfaces/',
  part: 'node',
  required: ['node', 'name'],
  defaults: { interface_type: 'DATA_PLANE_INTF', mac_address: null, outbound: false, labels: null },
  fixed: ['node'],
  refers: { node: { to: 'nodes', onDelete: 'cascade' } },
  filters: ['name', 'node', 'simulation', 'interface_type', 'outbound', 'mac_address'],
  hidden: ['simulation'],
  search: ['name'],
  operations: [
    { id: 'interfaces_list', needs: { all: ['air:simulation_read'] }, source: AUTH_PAGE, certainty: 'implied' },
    {
      id: 'interfaces_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      source: AUTH_PAGE,
      certainty: 'implied',
    },
    { id: 'interfaces_create', needs: { all: ['air:simulation_edit'] }, source: REFERENCE, certainty: 'documented' },
    {
      id: 'interfaces_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'interfaces_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'interfaces_breakout',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'interfaces_revert_breakout',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
  ],
} as const satisfies AirResource;
