import { IMAGE_PUBLISH_ACCESS_RECORDS } from './images.ts';
import { type AirResource, ITEM, MANAGED, OWN } from './resource.ts';
import { ANALOGY, AUTH_PAGE, DEMO_VISITOR, OF_SDK, REFERENCE } from './sources.ts';

/** A simulation on the marketplace. */
export const DEMOS = {
  name: 'demos',
  path: '/api/v3/marketplace/demos/',
  required: ['name', 'tags', 'simulation'],
  defaults: { checkpoint: null, description: null, documentation: null, repo: null, publisher: '', icon: null },
  fixed: ['simulation', 'checkpoint'],
  refers: { simulation: { to: 'simulations', onDelete: 'ignore' } },
  operations: [
    {
      ...AUTH_PAGE,
      ...OF_SDK,
      needs: ['air:marketplace_demo_read'],
      dsx: { ...REFERENCE, needs: [] },
      rows: { list: {}, get: ITEM },
    },
    { ...REFERENCE, needs: ['air:marketplace_demo_write'], rows: { create: {}, update: MANAGED, delete: MANAGED } },
    { ...REFERENCE, needs: ['air:marketplace_demo_publish'], ...MANAGED, rows: ['publish', 'unpublish'] },
    {
      ...REFERENCE,
      needs: { any: ['air:marketplace_demo_write', 'air:marketplace_demo_publish'] },
      only: 'dsx',
      ...OWN,
      rows: ['request_publish', 'request_allowlist_change'],
    },
    {
      ...ANALOGY,
      needs: { any: ['air:marketplace_demo_write', 'air:marketplace_demo_publish'] },
      only: 'dsx',
      ...OWN,
      rows: ['request_unpublish', 'request_public', 'cancel_publish_access_record'],
    },
    { ...REFERENCE, needs: [], only: 'dsx', rows: { request_access: ITEM } },
    {
      ...DEMO_VISITOR,
      ...OF_SDK,
      needs: ['air:marketplace_demo_read', 'air:simulation_create'],
      dsx: { ...ANALOGY, needs: ['air:simulation_create'] },
      rows: { provision: ITEM },
    },
    {
      ...REFERENCE,
      needs: { any: ['air:sre', 'air:admin'] },
      only: 'dsx',
      rows: { manage: ITEM, tighten_order: {} },
    },
  ],
} as const satisfies AirResource;

/** A request for access to a demo. Not in `RESOURCES`, because no operation lists or changes it. */
export const DEMO_ACCESS_REQUESTS = {
  name: 'demo_access_requests',
  path: '/api/v3/marketplace/demos/{id}/request-access/',
  operations: [],
} as const satisfies AirResource;

export const DEMO_HISTORY = {
  name: 'demo_history',
  path: '/api/v3/marketplace/demos/{id}/history/',
  target: 'demos',
  operations: [{ ...ANALOGY, needs: [], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;

/** A request to publish or restrict a demo, and the decision. */
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
