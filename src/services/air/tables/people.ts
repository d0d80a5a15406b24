import { type AirResource, ITEM, OR_TRAINEE, OWN } from './resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from './sources.ts';

/** A cloud-init file for nodes. */
export const USERCONFIGS = {
  name: 'userconfigs',
  path: '/api/v3/userconfigs/',
  required: ['name', 'kind', 'content'],
  fixed: ['kind'],
  operations: [
    { ...REFERENCE, needs: ['air:simulation_read'], ...OR_TRAINEE, rows: { list: {}, get: ITEM } },
    { ...REFERENCE, needs: ['air:simulation_edit'], rows: ['create'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:simulation_edit'], ...OWN, rows: ['update', 'delete'] },
  ],
} as const satisfies AirResource;

/** A public key that is installed on nodes. */
export const SSH_KEYS = {
  name: 'ssh_keys',
  personal: true,
  path: '/api/v3/users/ssh-keys/',
  required: ['name', 'public_key'],
  search: ['name'],
  operations: [
    { ...REFERENCE, needs: [], rows: { list: {}, create: {}, get: ITEM } },
    { ...ANALOGY, ...OF_SDK, needs: [], rows: { delete: OWN } },
  ],
} as const satisfies AirResource;

/** Limits and usage of an organisation. */
export const RESOURCE_BUDGETS = {
  name: 'resource_budgets',
  path: '/api/v3/resource-budgets/',
  search: ['org_display_name'],
  operations: [{ ...REFERENCE, needs: [], rows: { list: {}, get: ITEM } }],
} as const satisfies AirResource;

/** User feedback, which is not stored. */
export const FEEDBACK = {
  name: 'feedback',
  path: '/api/v3/users/feedback/',
  operations: [{ ...ANALOGY, needs: [], only: 'dsx', rows: ['create'] }],
} as const satisfies AirResource;
