import type { Sourced } from '../../../decisions/rule.ts';
import { type AirResource, ITEM, OR_TRAINEE, OWN } from './resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from './sources.ts';

/** A simulation: a network of nodes, and its state. */
export const SIMULATIONS = {
  name: 'simulations',
  path: '/api/v3/simulations/',
  required: ['name'],
  defaults: { sleep_at: null, expires_at: null, documentation: null, metadata: null },
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM, export: ITEM } },
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:simulation_create'], rows: ['create'] },
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:simulation_edit'], rows: { update: OWN } },
    { ...REFERENCE, needs: ['air:simulation_delete'], rows: { delete: OWN } },
    { ...REFERENCE, needs: ['air:simulation_create'], rows: ['import', 'clone'] },
    {
      ...REFERENCE,
      needs: ['air:simulation_start_stop'],
      ...OR_TRAINEE,
      ...OWN,
      rows: ['start', 'shutdown', 'rebuild'],
    },
    { ...REFERENCE, needs: ['air:simulation_edit'], ...OWN, rows: ['enable_auto_oob', 'disable_auto_oob'] },
    {
      ...ANALOGY,
      ...OF_SDK,
      needs: ['air:simulation_edit'],
      only: '2.0',
      ...OWN,
      rows: ['enable_auto_netq', 'disable_auto_netq'],
    },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_create'], rows: ['parse'] },
  ],
} as const satisfies AirResource;

/** Members of a new simulation that only later operations change. */
export const INITIAL_SIMULATION_MEMBERS = {
  auto_oob_enabled: false,
  enable_dhcp: false,
  auto_netq_enabled: false,
  netq_username: null,
  netq_password: null,
  complete_checkpoint_count: 0,
};

/** The script that nodes fetch on first boot. A simulation has one or none, so it has no id. */
export const SIMULATION_ZTP_SCRIPT = {
  name: 'simulation_ztp_script',
  path: '/api/v3/simulations/{id}/ztp-script/',
  target: 'simulations',
  operations: [
    { ...REFERENCE, needs: ['air:simulation_edit'], ...OWN, rows: ['create', 'delete'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_read'], rows: { get: ITEM } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], rows: { update: OWN } },
  ],
} as const satisfies AirResource;

export const SIMULATION_HISTORY = {
  name: 'simulation_history',
  path: '/api/v3/simulations/{id}/history/',
  target: 'simulations',
  operations: [{ ...ANALOGY, needs: ['air:simulation_read'], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;

const SHAPE = {
  source: 'source of the SDK 1.3.1, which lists without `object_id`; the API reference requires it',
  certainty: 'contradicted',
} as const satisfies Sourced;

/** The history of a simulation or a node; deprecated. */
export const HISTORIES = {
  name: 'histories',
  path: '/api/v3/histories/',
  search: ['actor', 'description'],
  operations: [{ ...REFERENCE, shape: SHAPE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: ['list'] }],
} as const satisfies AirResource;

/** The state of a simulation that was saved at shutdown. */
export const CHECKPOINTS = {
  name: 'checkpoints',
  path: '/api/v3/simulations/runs/checkpoints/',
  defaults: { name: '', favorite: false, metadata: null },
  refers: { run: { to: 'runs', onDelete: 'cascade' } },
  hidden: ['simulation'],
  search: ['name', 'state'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: { update: OWN } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], rows: { delete: OWN } },
  ],
} as const satisfies AirResource;

/** One run of a simulation. */
export const RUNS = {
  name: 'runs',
  path: '/api/v3/simulations/runs/',
  part: 'simulation',
  defaults: { name: '' },
  refers: { simulation: { to: 'simulations', onDelete: 'cascade' } },
  operations: [
    { ...ANALOGY, needs: ['air:simulation_read'], only: 'dsx', rows: { list: {}, get: ITEM } },
    { ...ANALOGY, needs: ['air:simulation_edit'], only: 'dsx', rows: { update: OWN } },
  ],
} as const satisfies AirResource;
