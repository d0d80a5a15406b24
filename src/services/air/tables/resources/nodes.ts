import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from '../sources.ts';

/** A machine of a simulation. */
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
