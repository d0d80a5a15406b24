import { type AirResource, ITEM, OR_TRAINEE, OWN } from './resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from './sources.ts';

/** A machine in a simulation. */
export const NODES = {
  name: 'nodes',
  path: '/api/v3/simulations/nodes/',
  part: 'simulation',
  required: ['name', 'simulation'],
  defaults: {
    image: null,
    cpu: 1,
    memory: 1024,
    storage: 10,
    pos_x: 0,
    pos_y: 0,
    labels: null,
    metadata: null,
    advanced: {},
    cdrom: null,
    storage_pci: null,
    management_mac: null,
    management_interfaces: null,
    placement_group: '',
  },
  fixed: ['simulation'],
  refers: {
    simulation: { to: 'simulations', onDelete: 'cascade' },
    image: { to: 'images', onDelete: 'refuse' },
    'cdrom.image': { to: 'images', onDelete: 'refuse' },
  },
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: ['list'] },
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:simulation_read'], rows: { get: ITEM } },
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:simulation_edit'], rows: { create: {}, update: OWN } },
    {
      ...REFERENCE,
      needs: ['air:simulation_edit'],
      rows: { delete: OWN, from_system_node: {}, bulk_reset: {}, bulk_rebuild: {} },
    },
    { ...REFERENCE, needs: ['air:simulation_edit'], only: 'dsx', rows: ['bulk_update', 'bulk_delete'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], rows: ['bulk_assign'] },
    { ...ANALOGY, needs: ['air:simulation_edit'], only: 'dsx', rows: ['bulk_copy'] },
  ],
} as const satisfies AirResource;

export const NODE_HISTORY = {
  name: 'node_history',
  path: '/api/v3/simulations/nodes/{id}/history/',
  target: 'nodes',
  operations: [{ ...ANALOGY, needs: ['air:simulation_read'], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;

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
    split: null,
  },
  fixed: ['node', 'mac_address', 'split'],
  refers: { node: { to: 'nodes', onDelete: 'cascade' } },
  hidden: ['simulation'],
  search: ['name'],
  operations: [
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:simulation_read'], rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: { create: {}, update: OWN } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], ...OWN, rows: ['delete', 'breakout', 'revert_breakout'] },
  ],
} as const satisfies AirResource;

/** A cable between two interfaces of a simulation. */
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

/** A port of an interface that is reachable from outside. It cannot be changed. */
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

export const INSTRUCTIONS = {
  name: 'instructions',
  path: '/api/v3/simulations/nodes/instructions/',
  part: 'node',
  required: ['node', 'executor', 'data'],
  defaults: { name: null, run_again_on_rebuild: false },
  fixed: ['node', 'executor', 'data'],
  refers: { node: { to: 'nodes', onDelete: 'cascade' } },
  hidden: ['simulation', 'executor'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_read'], rows: { list: {}, get: ITEM } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], ...OWN, rows: ['update', 'delete'] },
  ],
} as const satisfies AirResource;

/** A template for nodes. */
export const SYSTEM_NODES = {
  name: 'system_nodes',
  path: '/api/v3/systems/nodes/',
  search: ['name'],
  operations: [
    { ...ANALOGY, ...OF_SDK, needs: [], rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: [], only: 'dsx', rows: { delete: OWN } },
  ],
} as const satisfies AirResource;
