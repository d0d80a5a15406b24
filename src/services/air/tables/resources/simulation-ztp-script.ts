import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** The script that nodes of a simulation fetch when they first boot; one at most, and it has no id. */
export const SIMULATION_ZTP_SCRIPT = {
  name: 'simulation_ztp_script',
  path: '/api/v3/simulations/{id}/ztp-script/',
  target: 'simulations',
  operations: [
    {
      id: 'simulation_ztp_script_create',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: REFERENCE,
      certainty: 'documented',
    },
    {
      id: 'simulation_ztp_script_get',
      item: true,
      needs: { all: ['air:simulation_read'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'simulation_ztp_script_update',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'simulation_ztp_script_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:simulation_edit'] },
      source: REFERENCE,
      certainty: 'documented',
    },
  ],
} as const satisfies AirResource;
