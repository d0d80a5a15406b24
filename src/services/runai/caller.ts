import type { RequestContext } from '../../contract/request.ts';
import type { RequestScope } from '../../contract/world.ts';
import type { Caller } from '../../decisions/decide.ts';
import { unauthenticatedProblem } from '../../decisions/problem.ts';
import { readBearerToken } from '../../tokens/bearer.ts';
import { NGC_KEY_PREFIX } from '../ngc-keys/key-text.ts';
import { readHeldRights } from './access-rules.ts';
import { acceptToken, type TokenHolder } from './access-token.ts';
import { type AccessKey, accessKeysIn } from './collections/access-keys.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';
import { readTenantId, readTokenRealm } from './tenant.ts';

/** @throws Problem `unauthenticated` if the token is missing or not valid */
export async function authenticate(context: RequestContext): Promise<Caller> {
  const realm = await readTokenRealm(context);
  const token = readBearerToken(context.headerLines('authorization'));
  // A common mistake.
  if (token.startsWith(NGC_KEY_PREFIX)) {
    throw unauthenticatedProblem('ngc_key_as_token', 'The bearer token is not an access token of this system.');
  }
  return createCaller(context, await acceptToken(token, context, realm), realm.tenantId);
}

export interface NamedIdentity {
  readonly identity: Identity;
  /** The access key that was named; null if the identity was named. */
  readonly key: AccessKey | null;
}

/**
 * Finds an identity, enabled or not, by its id, name, e-mail address or client id, or by the id or client id of one of
 * its access keys. Ids come first, because they are unique. Client ids come before the names of accounts, as at the
 * token endpoint, because the client id of an account may be the name of another account.
 */
export async function findNamedIdentity({ store }: RequestScope, name: string): Promise<NamedIdentity | null> {
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

/** Returns the caller that `findNamedIdentity` finds; null if there is none. @throws Problem if it is disabled */
export async function impersonate(world: RequestScope, name: string): Promise<Caller | null> {
  const named = await findNamedIdentity(world, name);
  if (named === null) return null;
  const { identity, key } = named;
  if (!identity.enabled) throw unauthenticatedProblem('disabled', 'The owner of the access token is disabled.');
  // A user without an access key has no client.
  const holder = { identity, clientId: key?.clientId ?? identity.clientId ?? '' };
  return createCaller(world, holder, await readTenantId(world));
}

async function createCaller(world: RequestScope, holder: TokenHolder, tenant: string): Promise<Caller> {
  const { kind, id, name } = holder.identity;
  return {
    principal: { kind, id, name, clientId: holder.clientId, tenant },
    held: await readHeldRights(world, holder.identity, tenant),
  };
}
