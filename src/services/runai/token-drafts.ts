import type { RequestContext } from '../../contract/request.ts';
import type { Logins } from '../../contract/service.ts';
import type { RequestScope } from '../../contract/world.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import { findNamedIdentity, type NamedIdentity } from './caller.ts';
import { accessKeysIn } from './collections/access-keys.ts';
import { sidOfSecret } from './collections/grant-rows.ts';
import { grantsIn } from './collections/grants.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';
import { type AccessTokenParams, createAccessTokenClaims, createIdTokenClaims, lastExpiryOf } from './issue-tokens.ts';
import { clientIdInTokens } from './operations/grants/clients.ts';
import { issuerPath, jwksUriOf, readRealm } from './tenant.ts';

const KINDS = ['user', 'service-account', 'application'] as const satisfies readonly IdentityKind[];

/** Creates the claims of tokens as `POST /api/v1/token` would issue them, for tokens that tests forge. */
export const draftTokens: Logins['draftTokens'] = async (context, name) => {
  const named = name === null ? await findFirst(context) : await findNamedIdentity(context, name);
  if (named === null) return null;
  const params = await createParams(context, named);
  const issuer = `${context.origin}${issuerPath(await readRealm(context))}`;
  return {
    issuer,
    jwksUri: jwksUriOf(issuer),
    access: await createAccessTokenClaims(context, params),
    id: await createIdTokenClaims(context, { ...params, authTime: context.now }),
  };
};

export const revokeTokens: Logins['revokeTokens'] = async (context, name) => {
  const named = await findNamedIdentity(context, name);
  if (named === null) return null;
  const { id, name: shown } = named.identity;
  const logins = await grantsIn(context.store).revokeAllOf(id, context.now, lastExpiryOf(context));
  return { principal: { id, name: shown }, logins };
};

export const listTokenNames: Logins['listTokenNames'] = async (world) => {
  const identities = await listIdentities(world);
  return identities.flatMap(({ name, clientId }) => (clientId === null ? [name] : [name, clientId]));
};

/** Returns all identities. Users come first, because the first user of the built-in cast is an administrator. */
async function listIdentities({ store }: RequestScope): Promise<readonly Identity[]> {
  return (await Promise.all(KINDS.map((kind) => identitiesIn(store).all(kind)))).flat();
}

/** Returns the first enabled identity; null if there is none. */
async function findFirst(context: RequestContext): Promise<NamedIdentity | null> {
  const identity = (await listIdentities(context)).find(({ enabled }) => enabled);
  return identity === undefined ? null : { identity, key: null };
}

/** A user gets a token for the named or first access key or, without an access key, for a login without a client. */
async function createParams(
  { store, world }: RequestContext,
  { identity, key: namedKey }: NamedIdentity,
): Promise<AccessTokenParams> {
  const { kind, id, name, clientId, secretHash } = identity;
  const key = namedKey ?? (await accessKeysIn(store).ofOwner(id))[0];
  const revocations = await grantsIn(store).countRevocations(id);
  const sidOf = (hash: string | null) => sidOfSecret(hash ?? id, world.id, revocations);
  if (key !== undefined) return { identity, clientId: key.clientId, sid: sidOf(key.secretHash) };
  if (kind !== 'user') return { identity, clientId: clientId ?? name, sid: sidOf(secretHash) };
  return { identity, clientId: clientIdInTokens(null), sid: sidOf(null) };
}
