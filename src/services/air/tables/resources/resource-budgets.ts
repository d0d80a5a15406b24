import { type AirResource, ITEM } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** The limits of an organisation, and its usage. */
export const RESOURCE_BUDGETS = {
  name: 'resource_budgets',
  path: '/api/v3/resource-budgets/',
  search: ['org_display_name'],
  operations: [{ ...REFERENCE, needs: [], rows: { list: {}, get: ITEM } }],
} as const satisfies AirResource;
