import { type AirResource, ITEM, OWN } from '../resource.ts';
import { ANALOGY, OF_SDK, REFERENCE } from '../sources.ts';

/** A public key that is put on nodes. */
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
