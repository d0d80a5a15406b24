import type { RequestContext } from '../../contract/request.ts';
import type { Surroundings } from '../../contract/world.ts';
import { bearerToken } from '../../credentials/bearer.ts';
import type { Caller } from '../../decisions/decide.ts';
import { unauthenticatedProblem } from '../../decisions/problem.ts';
import { NGC_KEY_PREFIX } from '../../ngc-keys/key-text.ts';
import { heldRightsOf } from './access-rules.ts';
import { type AcceptedToken, acceptToken, type Granted, type TokenRealm } from './access-token.ts';
import type { AccessKey } from './collections/access-keys.ts';
import { accessKeysIn } from './collections/access-keys.ts';
import type { Identity } from './collections/identities.ts';
import { identitiesIn } from './collections/identities.ts';
import { tenantIdOf, tokenRealmOf } from './tenant.ts';

/** @throws Problem `unauthenticated` */
export async function authenticate(context: RequestContext): Promise<Caller> {
  const realm = await tokenRealmOf(context);
  return callerOf(context, await tokenOf(context, realm), realm.tenantId);
}

function tokenOf(context: RequestContext, realm: TokenRealm): Promise<AcceptedToken> {
  const token = bearerToken(context.headerLines('authorization'));
  if (token.startsWith(NGC_KEY_PREFIX)) {
    throw unauthenticatedProblem('ngc_key_as_token', 'The bearer token is not an access token of this system.');
  }
  return acceptToken(token, context, realm);
}

/** The result of a look-up by name. `key` is set if the name was an access key. */
export interface Named {
  readonly identity: Identity;
  readonly key: AccessKey | null;
}

/** Finds an identity by id, name, e-mail address or client id, enabled or not. */
export async function findNamed({ store }: Pick<Surroundings, 'store'>, who: string): Promise<Named | null> {
  const identities = identitiesIn(store);
  const accessKeys = accessKeysIn(store);
  const key = (await accessKeys.byId(who)) ?? (await accessKeys.byClientId(who));
  const identity =
    (await identities.byId(key?.owner ?? who)) ??
    (await identities.byName('user', who)) ??
    (await identities.byClientId('application', who)) ??
    (await identities.byClientId('service-account', who)) ??
    (await identities.byName('application', who)) ??
    (await identities.byName('service-account', who));
  return identity === null ? null : { identity, key };
}

/**
 * Returns the caller with this id, name, client id or e-mail address, or the owner of the access key with this id or
 * client id.
 *
 * @throws Problem `disabled`
 */
export async function impersonate(world: Surroundings, who: string): Promise<Caller | null> {
  const named = await findNamed(world, who);
  if (named === null) return null;
  const { identity, key } = named;
  if (!identity.enabled) throw unauthenticatedProblem('disabled', 'The owner of the access token is disabled.');
  const granted = { identity, clientId: key?.clientId ?? identity.clientId ?? '' };
  return callerOf(world, granted, await tenantIdOf(world));
}

async function callerOf(world: Surroundings, granted: Granted, tenant: string): Promise<Caller> {
  const { kind, id, name } = granted.identity;
  return {
    principal: { kind, id, name, clientId: granted.clientId, tenant },
    heldRights: await heldRightsOf(world, granted.identity, tenant),
  };
}
