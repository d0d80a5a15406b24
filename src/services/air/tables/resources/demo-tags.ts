import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** A word that demos are found by. */
export const DEMO_TAGS = {
  name: 'demo_tags',
  path: '/api/v3/marketplace/demos/tags/',
  required: ['name'],
  filters: ['name'],
  search: ['name'],
  operations: [
    { id: 'demo_tags_list', needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'demo_tags_get', item: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
    { id: 'demo_tags_create', needs: { all: ['air:sre'] }, source: ANALOGY, certainty: 'inferred' },
    { id: 'demo_tags_update', item: true, needs: { all: ['air:sre'] }, source: ANALOGY, certainty: 'inferred' },
    { id: 'demo_tags_delete', item: true, needs: { all: ['air:sre'] }, source: REFERENCE, certainty: 'documented' },
  ],
} as const satisfies AirResource;
