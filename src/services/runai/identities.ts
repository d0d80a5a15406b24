import type { Context } from '../../contract/request.ts';
import type { Identity } from '../../store/identities.ts';

/** A new identity, with nothing yet. */
export function newIdentity(
  { random, now }: Pick<Context, 'random' | 'now'>,
  kind: Identity['kind'],
  name: string,
  createdBy: string | null,
): Identity {
  return {
    id: random.uuid(),
    kind,
    name,
    clientId: null,
    secretHash: null,
    passwordHash: null,
    enabled: true,
    isLocal: true,
    groups: [],
    createdBy,
    createdAt: now,
    updatedAt: now,
    lastLogin: null,
  };
}

export function newUser(context: Pick<Context, 'random' | 'now'>, email: string, createdBy: string | null): Identity {
  return newIdentity(context, 'user', email, createdBy);
}
