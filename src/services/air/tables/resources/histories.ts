import { type AirResource, OR_TRAINEE } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** The history of a simulation or a node; deprecated. */
export const HISTORIES = {
  name: 'histories',
  path: '/api/v3/histories/',
  filters: ['model', 'object_id', 'category', 'actor'],
  operations: [{ ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: ['list'] }],
} as const satisfies AirResource;
