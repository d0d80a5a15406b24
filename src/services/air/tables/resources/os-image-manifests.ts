import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** How an image becomes nodes of hardware models. */
export const OS_IMAGE_MANIFESTS = {
  name: 'os_image_manifests',
  path: '/api/v3/manifests/os-images/',
  required: ['image', 'os_type'],
  defaults: { platforms: {}, capabilities: {}, os_template_partition: null },
  fixed: ['image', 'os_type'],
  refers: { image: { to: 'images', onDelete: 'cascade', owned: true } },
  search: ['os_type', 'image', 'creator'],
  operations: [
    { ...REFERENCE, needs: ['air:image_read'], only: 'dsx', rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:image_write'], only: 'dsx', rows: { update: OWN } },
    { ...ANALOGY, needs: ['air:image_write'], only: 'dsx', rows: { create: {}, delete: OWN } },
  ],
} as const satisfies AirResource;
