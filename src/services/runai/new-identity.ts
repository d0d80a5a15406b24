import type { Context } from '../../contract/request.ts';
import type { Identity } from './collections/identities.ts';

/** Creates an identity with defaults for the members that are not given. */
export function createBlankIdentity(
  members: Pick<Identity, 'id' | 'kind' | 'name' | 'createdBy' | 'createdAt'>,
): Identity {
  return {
    ...members,
    clientId: null,
    secretHash: null,
    passwordHash: null,
    enabled: true,
    isLocal: true,
    groups: [],
    updatedAt: null,
  };
}

/** Creates an identity with a new id. It is not stored. @param createdBy name of the creator; null for none */
export function createIdentity(
  { random, now }: Context,
  kind: Identity['kind'],
  name: string,
  createdBy: string | null,
): Identity {
  return { ...createBlankIdentity({ id: random.uuid(), kind, name, createdBy, createdAt: now }), updatedAt: now };
}
