import type { AirResource } from '../resource.ts';
import { REFERENCE } from '../sources.ts';

/** What an organisation may use, and what it does use. */
export const RESOURCE_BUDGETS = {
  name: 'resource_budgets',
  path: '/api/v3/resource-budgets/',
  search: ['ngc_org_name'],
  operations: [
    { id: 'resource_budgets_list', needs: {}, source: REFERENCE, certainty: 'documented' },
    { id: 'resource_budgets_get', item: true, needs: {}, source: REFERENCE, certainty: 'documented' },
  ],
} as const satisfies AirResource;
