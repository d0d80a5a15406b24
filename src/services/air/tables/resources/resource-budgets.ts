import { type AirResource, ITEM } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** What an organisation may use, and what it uses. */
export const RESOURCE_BUDGETS = {
  name: 'resource_budgets',
  path: '/api/v3/resource-budgets/',
  search: ['ngc_org_name'],
  operations: [{ ...REFERENCE, needs: [], rows: { list: {}, get: ITEM } }],
} as const satisfies AirResource;
