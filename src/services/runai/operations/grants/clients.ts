import type { CredentialReason } from '../../../../core/reasons.ts';
import { secretFits } from '../../../../credentials/secret.ts';
import type { Context } from '../../../../service.ts';
import { badClient, type GrantResult } from './grant.ts';

/** A client with its stored secret, and what it gets when the secret fits. */
export interface Candidate {
  readonly secretHash: string | null;
  readonly granted: GrantResult;
  /** Notes the login. */
  readonly touch: () => Promise<void>;
}

/**
 * Whom a client id and its secret stand for. The same work for an unknown client as for a wrong secret.
 *
 * @param ifNone why there is no candidate, where it is another cause than that nobody has this client id
 * @throws Problem `bad_credentials`
 */
export async function authenticateClient(
  candidate: Candidate | null,
  secret: string,
  ifNone: CredentialReason = 'unknown_client',
): Promise<GrantResult> {
  const fits = secretFits(secret, candidate?.secretHash ?? null);
  if (candidate === null) throw badClient(ifNone);
  if (!fits) throw badClient('wrong_secret', candidate.granted);
  if (!candidate.granted.identity.enabled) throw badClient('disabled', candidate.granted);
  await candidate.touch();
  return candidate.granted;
}

export async function accessKeyClient({ store, now }: Context, clientId: string): Promise<Candidate | null> {
  const key = await store.accessKeys.byClientId(clientId);
  const identity = key === null ? null : await store.identities.byId(key.owner);
  if (key === null || identity === null) return null;
  return {
    secretHash: key.secretHash,
    granted: { identity, clientId },
    touch: () => store.accessKeys.touch(key.id, now),
  };
}

export async function serviceAccountClient({ store, now }: Context, clientId: string): Promise<Candidate | null> {
  const identity = await store.identities.byClientId('service-account', clientId);
  return identity === null ? null : candidateOf(identity, { store, now });
}

/** By name or client id. */
export async function applicationClient({ store, now }: Context, nameOrId: string): Promise<Candidate | null> {
  const { identities } = store;
  const identity =
    (await identities.byClientId('application', nameOrId)) ?? (await identities.byName('application', nameOrId));
  return identity === null ? null : candidateOf(identity, { store, now });
}

function candidateOf(identity: GrantResult['identity'], { store, now }: Pick<Context, 'store' | 'now'>): Candidate {
  return {
    secretHash: identity.secretHash,
    granted: { identity, clientId: identity.clientId ?? identity.name },
    touch: () => store.identities.touch(identity.id, now),
  };
}
