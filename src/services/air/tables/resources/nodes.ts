import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, REFERENCE } from '../sources.ts';

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
    management_interfaces: null,
    placement_group: '',
  },
  fixed: ['simulation'],
  refers: { simulation: { to: 'simulations', onDelete: 'cascade' }, image: { to: 'images', onDelete: 'refuse' } },
  filters: ['name', 'simulation', 'image', 'category', 'state', 'status_from_worker'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: ['list'] },
    { ...AUTH_PAGE, needs: ['air:simulation_read'], rows: { get: ITEM } },
    { ...AUTH_PAGE, needs: ['air:simulation_edit'], rows: { create: {}, update: OWN } },
    {
      ...REFERENCE,
      needs: ['air:simulation_edit'],
      rows: { delete: OWN, from_system_node: {}, bulk_reset: {}, bulk_rebuild: {} },
    },
    { ...REFERENCE, needs: ['air:simulation_edit'], only: 'dsx', rows: ['bulk_update', 'bulk_delete'] },
    { ...ANALOGY, needs: ['air:simulation_edit'], rows: ['bulk_assign'] },
    { ...ANALOGY, needs: ['air:simulation_edit'], only: 'dsx', rows: ['bulk_copy'] },
  ],
} as const satisfies AirResource;
