import type { Context, RequestContext } from '../../../../contract/request.ts';
import { verifySecret } from '../../../../tokens/secret.ts';
import { accessKeysIn } from '../../collections/access-keys.ts';
import { sidOfSecret } from '../../collections/grant-rows.ts';
import { grantsIn } from '../../collections/grants.ts';
import { identitiesIn } from '../../collections/identities.ts';
import { type OAuthClient, oauthClientsIn } from '../../collections/oauth-clients.ts';
import {
  createClientProblem,
  createGrantProblem,
  type GrantResult,
  NO_CLIENT,
  refuseIfEnded,
  requireValue,
  type TokenRequest,
} from './grant.ts';

/** A client with the hash of its secret, and the grant it gets if the secret matches. */
export interface ClientCandidate {
  readonly secretHash: string | null;
  readonly granted: GrantResult;
  /** Records the login. @throws NotFound, StaleDecision if the client is no longer valid */
  readonly touch: () => Promise<void>;
}

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
  /** The challenge to send in a refusal; see `PresentedClient`. */
  readonly challenge?: string | undefined;
}

/**
 * Checks a client secret, and records the login. The check of an unknown client takes as long as that of a wrong
 * secret, so that its duration does not reveal which clients exist.
 *
 * @param candidate null for an unknown client
 * @throws Problem `bad_client`
 */
export async function authenticateClient(
  context: RequestContext,
  candidate: ClientCandidate | null,
  { id, secret, challenge }: ClientCredentials,
): Promise<GrantResult> {
  const isSecretValid = verifySecret(secret, candidate?.secretHash ?? null);
  if (candidate === null) {
    // Swapping the id and the secret is a common mistake.
    const client = (await findConfidentialClient(context, secret)) ?? (await oauthClientsIn(context).byId(secret));
    const isSwapped = verifySecret(id, client?.secretHash ?? null);
    throw createClientProblem(isSwapped ? 'swapped_credentials' : 'unknown_client', undefined, challenge);
  }
  const { granted, touch } = candidate;
  if (!isSecretValid) throw createClientProblem('wrong_secret', granted, challenge);
  if (!granted.identity.enabled) throw createClientProblem('disabled', granted, challenge);
  await refuseIfEnded(touch(), (reason) => createClientProblem(reason, granted, challenge));
  return granted;
}

export async function findConfidentialClient(
  context: RequestContext,
  clientId: string,
): Promise<ClientCandidate | null> {
  return (
    (await findAccessKeyClient(context, clientId)) ??
    (await findServiceAccountClient(context, clientId)) ??
    (await findApplicationClient(context, clientId))
  );
}

/** A public client must not send a secret. @throws Problem `bad_client` */
export function checkClientSecret(
  { secretHash }: OAuthClient,
  { secret, challenge }: { readonly secret: string | null; readonly challenge?: string | undefined },
): void {
  if (secretHash === undefined && secret !== null) throw createClientProblem('public_client', undefined, challenge);
  if (secretHash === undefined || verifySecret(secret ?? '', secretHash)) return;
  throw createClientProblem('wrong_secret', undefined, challenge);
}

/** Null if the request has no client and needs none. @throws Problem if it is missing, or not valid for logins */
export async function authenticateLoginClient(context: Context, request: TokenRequest): Promise<string | null> {
  const { id, secret, challenge, need } = request.client;
  if (id === null) return need === 'required' ? requireValue(request, 'clientID', id) : null;
  const client = await oauthClientsIn(context).byId(id);
  if (client !== null) {
    checkClientSecret(client, request.client);
    return id;
  }
  // The client is not for logins. A caller without its secret must not learn this, so the secret is checked first.
  const candidate = withoutTouch(await findConfidentialClient(context, id));
  const granted = await authenticateClient(context, candidate, { id, secret: secret ?? '', challenge });
  throw createGrantProblem(request, context, granted);
}

/** Refuses a login client that requests a grant without a user. @throws Problem for any login client */
export async function refuseLoginClient(
  context: Context,
  request: TokenRequest,
  { id, secret, challenge }: ClientCredentials,
): Promise<void> {
  const client = await oauthClientsIn(context).byId(id);
  if (client === null) return;
  checkClientSecret(client, { secret, challenge });
  throw createGrantProblem(request, context, null);
}

/** Returns the candidate without recording a login, for requests that are refused even with the right secret. */
export function withoutTouch(candidate: ClientCandidate | null): ClientCandidate | null {
  return candidate && { ...candidate, touch: async () => {} };
}

export function clientIdInTokens(clientId: string | null): string {
  return clientId ?? NO_CLIENT;
}

/** The identity of an access key is its owner. */
export async function findAccessKeyClient(
  { store, now, world }: RequestContext,
  clientId: string,
): Promise<ClientCandidate | null> {
  const key = await accessKeysIn(store).byClientId(clientId);
  const identity = key === null ? null : await identitiesIn(store).byId(key.owner);
  if (key === null || identity === null) return null;
  const sid = sidOfSecret(key.secretHash, world.id, await grantsIn(store).countRevocations(identity.id));
  return {
    secretHash: key.secretHash,
    granted: { identity, clientId, sid },
    touch: () => accessKeysIn(store).touch(key.id, now, key.secretHash),
  };
}

export async function findServiceAccountClient(
  context: RequestContext,
  clientId: string,
): Promise<ClientCandidate | null> {
  return createCandidate(await identitiesIn(context.store).byClientId('service-account', clientId), context);
}

/** Finds an application by client id or, if none has it, by name. */
export async function findApplicationClient(
  context: RequestContext,
  nameOrId: string,
): Promise<ClientCandidate | null> {
  const identities = identitiesIn(context.store);
  const identity = await identities.byClientId('application', nameOrId);
  return createCandidate(identity ?? (await identities.byName('application', nameOrId)), context);
}

async function createCandidate(
  identity: GrantResult['identity'] | null,
  { store, now, world }: RequestContext,
): Promise<ClientCandidate | null> {
  if (identity === null) return null;
  const { id, name, clientId, secretHash } = identity;
  const sid = sidOfSecret(secretHash ?? id, world.id, await grantsIn(store).countRevocations(id));
  return {
    secretHash,
    granted: { identity, clientId: clientId ?? name, sid },
    touch: () => identitiesIn(store).touch(id, now, secretHash),
  };
}
