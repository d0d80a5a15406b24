import { type AirResource, ITEM } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS } from './image-publish-access-records.ts';

/** A request about the publication of a demo, and what came of it. */
export const DEMO_PUBLISH_ACCESS_RECORDS = {
  name: 'demo_publish_access_records',
  path: '/api/v3/publishing/marketplace-demo-publish-access-records/',
  operatorsSeeAll: true,
  refers: { marketplace_demo: { to: 'demos', onDelete: 'cascade' } },
  hidden: IMAGE_PUBLISH_ACCESS_RECORDS.hidden,
  search: ['marketplace_demo_name', 'justification', 'allowed_orgs_request_text', 'requesting_org_ngc_org_name'],
  operations: [
    {
      ...REFERENCE,
      needs: { any: ['air:marketplace_demo_write', 'air:marketplace_demo_publish'] },
      only: 'dsx',
      rows: { list: {}, get: ITEM },
    },
    {
      ...ANALOGY,
      needs: { any: ['air:sre', 'air:admin'] },
      only: 'dsx',
      ...ITEM,
      rows: ['approve', 'deny', 'set_visibility'],
    },
  ],
} as const satisfies AirResource;
