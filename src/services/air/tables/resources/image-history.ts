import { type AirResource, ITEM } from '../resource.ts';
import { ANALOGY } from '../sources.ts';

/** The history of an image, with filters. */
export const IMAGE_HISTORY = {
  name: 'image_history',
  path: '/api/v3/images/{id}/history/',
  target: 'images',
  operations: [{ ...ANALOGY, needs: ['air:image_read'], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;
