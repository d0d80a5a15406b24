import { type AirResource, ITEM } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** A request about the publication of an image, and what came of it. */
export const IMAGE_PUBLISH_ACCESS_RECORDS = {
  name: 'image_publish_access_records',
  path: '/api/v3/publishing/image-publish-access-records/',
  operatorsSeeAll: true,
  refers: { image: { to: 'images', onDelete: 'cascade' } },
  hidden: ['requested_by_email'],
  search: ['image_name', 'justification', 'allowed_orgs_request_text', 'requesting_org_ngc_org_name'],
  operations: [
    {
      ...REFERENCE,
      needs: { any: ['air:image_write', 'air:image_publish'] },
      only: 'dsx',
      rows: { list: {}, get: ITEM },
    },
    {
      ...REFERENCE,
      needs: { any: ['air:sre', 'air:admin'] },
      only: 'dsx',
      ...ITEM,
      rows: ['approve', 'deny', 'set_visibility'],
    },
  ],
} as const satisfies AirResource;
