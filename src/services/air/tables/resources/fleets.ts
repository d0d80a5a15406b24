import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK } from '../sources.ts';

/** A group of workers. */
export const FLEETS = {
  name: 'fleets',
  path: '/api/v3/infra/fleets/',
  required: ['name'],
  operations: [
    { ...ANALOGY, ...OF_SDK, needs: [], rows: { list: {}, create: {}, get: ITEM, update: OWN, delete: OWN } },
  ],
} as const satisfies AirResource;
