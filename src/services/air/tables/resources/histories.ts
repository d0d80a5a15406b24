import type { Sourced } from '../../../../core/rule.ts';
import { type AirResource, OR_TRAINEE } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

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
