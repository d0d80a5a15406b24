import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** An offer of an image to another organisation; its id is the claim code. */
export const IMAGE_SHARES = {
  name: 'image_shares',
  path: '/api/v3/images/shares/',
  part: 'image',
  required: ['image', 'target_org'],
  defaults: { expires_at: null },
  refers: { image: { to: 'images', onDelete: 'cascade' } },
  filters: ['image', 'target_org', 'state'],
  search: ['image_name'],
  operations: [
    { id: 'image_shares_create', needs: { all: ['air:image_sharing'] }, source: REFERENCE, certainty: 'documented' },
    {
      id: 'image_shares_get',
      item: true,
      needs: { all: ['air:image_sharing'] },
      source: REFERENCE,
      certainty: 'documented',
    },
    { id: 'image_shares_list', needs: { all: ['air:image_sharing'] }, source: ANALOGY, certainty: 'inferred' },
    {
      id: 'image_shares_delete',
      item: true,
      ownersOnly: true,
      needs: { all: ['air:image_sharing'] },
      source: ANALOGY,
      certainty: 'inferred',
    },
    {
      id: 'image_shares_claim',
      needs: { all: ['air:image_write'] },
      dsx: { needs: { any: ['air:image_write', 'air:image_claiming'] }, source: REFERENCE, certainty: 'documented' },
      source: REFERENCE,
      certainty: 'documented',
    },
  ],
} as const satisfies AirResource;
