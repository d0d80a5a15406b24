import type { RequestContext } from '../../contract/request.ts';
import type { Surroundings } from '../../contract/world.ts';
import { bearerToken } from '../../credentials/bearer.ts';
import type { Caller } from '../../decisions/decide.ts';
import { unauthenticatedProblem } from '../../decisions/problem.ts';
import { NGC_KEY_PREFIX } from '../../ngc-keys/key-text.ts';
import { readHeldRights } from './access-rules.ts';
import { type AcceptedToken, acceptToken, type TokenHolder, type TokenRealm } from './access-token.ts';
import type { AccessKey } from './collections/access-keys.ts';
import { accessKeysIn } from './collections/access-keys.ts';
import type { Identity } from './collections/identities.ts';
import { identitiesIn } from './collections/identities.ts';
import { readTenantId, readTokenRealm } from './tenant.ts';

/** @throws Problem `unauthenticated` */
export async function authenticate(context: RequestContext): Promise<Caller> {
  const realm = await readTokenRealm(context);
  return createCaller(context, await acceptBearer(context, realm), realm.tenantId);
}

function acceptBearer(context: RequestContext, realm: TokenRealm): Promise<AcceptedToken> {
  const token = bearerToken(context.headerLines('authorization'));
  if (token.startsWith(NGC_KEY_PREFIX)) {
    throw unauthenticatedProblem('ngc_key_as_token', 'The bearer token is not an access token of this system.');
  }
  return acceptToken(token, context, realm);
}

/** The result of a look-up by name. `key` is set if the name was an access key. */
export interface NamedIdentity {
  readonly identity: Identity;
  readonly key: AccessKey | null;
}

/** Finds an identity by id, name, e-mail address or client id, enabled or not. */
export async function findNamedIdentity(
  { store }: Pick<Surroundings, 'store'>,
  name: string,
): Promise<NamedIdentity | null> {
  const identities = identitiesIn(store);
  const accessKeys = accessKeysIn(store);
  const key = (await accessKeys.byId(name)) ?? (await accessKeys.byClientId(name));
  const identity =
    (await identities.byId(key?.owner ?? name)) ??
    (await identities.byName('user', name)) ??
    (await identities.byClientId('application', name)) ??
    (await identities.byClientId('service-account', name)) ??
    (await identities.byName('application', name)) ??
    (await identities.byName('service-account', name));
  return identity === null ? null : { identity, key };
}

/**
 * Returns the caller with this id, name, client id or e-mail address, or the owner of the access key with this id or
 * client id.
 *
 * @throws Problem `disabled`
 */
export async function impersonate(world: Surroundings, name: string): Promise<Caller | null> {
  const named = await findNamedIdentity(world, name);
  if (named === null) return null;
  const { identity, key } = named;
  if (!identity.enabled) throw unauthenticatedProblem('disabled', 'The owner of the access token is disabled.');
  const granted = { identity, clientId: key?.clientId ?? identity.clientId ?? '' };
  return createCaller(world, granted, await readTenantId(world));
}

async function createCaller(world: Surroundings, granted: TokenHolder, tenant: string): Promise<Caller> {
  const { kind, id, name } = granted.identity;
  return {
    principal: { kind, id, name, clientId: granted.clientId, tenant },
    heldRights: await readHeldRights(world, granted.identity, tenant),
  };
}
