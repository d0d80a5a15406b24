import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from '../sources.ts';

/** A network interface of a node. */
export const INTERFACES = {
  name: 'interfaces',
  path: '/api/v3/simulations/nodes/interfaces/',
  part: 'node',
  required: ['node', 'name'],
  defaults: {
    interface_type: 'DATA_PLANE_INTF',
    mac_address: null,
    outbound: false,
    labels: null,
    interface_role: null,
    scalable_unit: null,
  },
  fixed: ['node', 'mac_address'],
  refers: { node: { to: 'nodes', onDelete: 'cascade' } },
  hidden: ['simulation'],
  search: ['name'],
  operations: [
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:simulation_read'], rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: { create: {}, update: OWN } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], ...OWN, rows: ['delete', 'breakout', 'revert_breakout'] },
  ],
} as const satisfies AirResource;
