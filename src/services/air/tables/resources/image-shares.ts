import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** An offer of an image to another organisation; its id is the claim code. */
export const IMAGE_SHARES = {
  name: 'image_shares',
  path: '/api/v3/images/shares/',
  part: 'image',
  required: ['image', 'target_org'],
  defaults: { expires_at: null },
  refers: { image: { to: 'images', onDelete: 'cascade', owned: true } },
  operations: [
    { ...REFERENCE, needs: ['air:image_sharing'], rows: { create: {}, get: ITEM } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:image_sharing'], rows: { list: {}, delete: OWN } },
    {
      ...REFERENCE,
      needs: ['air:image_write'],
      dsx: { ...REFERENCE, needs: { any: ['air:image_write', 'air:image_claiming'] } },
      rows: ['claim'],
    },
  ],
} as const satisfies AirResource;
