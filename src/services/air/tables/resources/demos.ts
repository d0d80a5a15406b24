import { type AirResource, ITEM, MANAGED, OWN } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, DEMO_VISITOR, OF_SDK, REFERENCE, SDK } from '../sources.ts';

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
    { ...REFERENCE, needs: { any: ['air:sre', 'air:admin'] }, only: 'dsx', rows: { manage: ITEM } },
    { ...SDK, needs: { any: ['air:sre', 'air:admin'] }, only: 'dsx', rows: ['tighten_order'] },
  ],
} as const satisfies AirResource;
