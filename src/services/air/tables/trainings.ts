import { type AirResource, ITEM, OWN } from './resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from './sources.ts';

const INSTRUCTOR = ['air:training_instructor'] as const;
/** In the later version, roles that may read trainings, and roles that may change them. */
const LOOKING = ['air_instructor', 'air_org_admin'] as const;
const CHANGING = [...LOOKING, 'user_admin'] as const;

/** A training session: workbenches for many attendees, copied from a simulation. */
export const TRAININGS = {
  name: 'trainings',
  path: '/api/v3/trainings/',
  required: ['name', 'parent_simulation', 'attendees', 'event_time', 'sim_start_time', 'sim_end_time'],
  defaults: { display_name: null, parent_simulation_checkpoint: null },
  fixed: ['name', 'parent_simulation', 'attendees', 'parent_simulation_checkpoint'],
  refers: { parent_simulation: { to: 'simulations', onDelete: 'ignore' } },
  shown: ['training_simulation_state', 'created'],
  search: [
    'name',
    'display_name',
    'creator',
    'training_simulation_name',
    'training_simulation_state',
    'event_time',
    'sim_start_time',
    'sim_end_time',
    'created',
  ],
  operations: [
    {
      ...AUTH_PAGE,
      ...OF_SDK,
      needs: INSTRUCTOR,
      dsx: { ...REFERENCE, needs: [], roles: LOOKING },
      rows: { list: {}, get: ITEM },
    },
    {
      ...AUTH_PAGE,
      ...OF_SDK,
      needs: INSTRUCTOR,
      dsx: { ...REFERENCE, needs: [], roles: CHANGING },
      rows: { create: {}, delete: OWN, attendees_add: OWN },
    },
    {
      ...AUTH_PAGE,
      ...OF_SDK,
      needs: INSTRUCTOR,
      dsx: { ...ANALOGY, needs: [], roles: CHANGING },
      ...OWN,
      rows: ['update', 'attendees_remove'],
    },
    {
      ...ANALOGY,
      ...OF_SDK,
      needs: INSTRUCTOR,
      dsx: { ...REFERENCE, needs: [], roles: CHANGING },
      rows: { external_user_group: OWN },
    },
    { ...ANALOGY, needs: [], roles: LOOKING, only: 'dsx', rows: { workbench_simulations: ITEM } },
  ],
} as const satisfies AirResource;
