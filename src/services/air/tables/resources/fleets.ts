import type { AirResource } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** A group of workers. */
export const FLEETS = {
  name: 'fleets',
  path: '/api/v3/infra/fleets/',
  required: ['name'],
  filters: ['name'],
  search: ['name'],
  operations: [
    { id: 'fleets_list', needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'fleets_create', needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'fleets_get', item: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'fleets_update', item: true, ownersOnly: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'fleets_delete', item: true, ownersOnly: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
  ],
} as const satisfies AirResource;
