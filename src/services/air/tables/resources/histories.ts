import type { AirResource } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** What happened to a simulation or a node; deprecated. */
export const HISTORIES = {
  name: 'histories',
  path: '/api/v3/histories/',
  filters: ['model', 'object_id', 'category', 'actor'],
  operations: [
    {
      id: 'histories_list',
      needs: { all: ['air:simulation_read'] },
      orRoles: ['air_trainee'],
      source: REFERENCE,
      certainty: 'documented',
    },
  ],
} as const satisfies AirResource;
