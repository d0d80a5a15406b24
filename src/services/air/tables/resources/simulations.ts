import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from '../sources.ts';

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
