import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** The script that a simulation's nodes fetch on first boot; there is at most one, and it has no id. */
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
