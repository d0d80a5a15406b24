import type { AirResource } from '../resource.ts';
import { ANALOGY, REFERENCE } from '../sources.ts';

/** A public key that is put on nodes. */
export const SSH_KEYS = {
  name: 'ssh_keys',
  personal: true,
  path: '/api/v3/users/ssh-keys/',
  required: ['name', 'public_key'],
  filters: ['name', 'fingerprint'],
  search: ['name'],
  operations: [
    { id: 'ssh_keys_list', needs: {}, source: REFERENCE, certainty: 'documented' },
    { id: 'ssh_keys_create', needs: {}, source: REFERENCE, certainty: 'documented' },
    { id: 'ssh_keys_get', item: true, needs: {}, source: REFERENCE, certainty: 'documented' },
    { id: 'ssh_keys_delete', item: true, ownersOnly: true, needs: {}, source: ANALOGY, certainty: 'inferred' },
  ],
} as const satisfies AirResource;
