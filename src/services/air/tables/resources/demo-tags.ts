import { type AirResource, ITEM } from '../resource.ts';
import { ANALOGY, DEMO_VISITOR, OF_SDK, REFERENCE } from '../sources.ts';

/** A tag for finding demos. */
export const DEMO_TAGS = {
  name: 'demo_tags',
  path: '/api/v3/marketplace/demos/tags/',
  required: ['name'],
  operations: [
    {
      ...DEMO_VISITOR,
      ...OF_SDK,
      needs: ['air:marketplace_demo_read'],
      dsx: { ...ANALOGY, needs: [] },
      rows: { list: {}, get: ITEM },
    },
    { ...ANALOGY, ...OF_SDK, needs: ['air:sre'], rows: { create: {}, update: ITEM } },
    { ...REFERENCE, needs: ['air:sre'], rows: { delete: ITEM } },
  ],
} as const satisfies AirResource;
