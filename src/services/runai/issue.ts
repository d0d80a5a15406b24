import type { RequestContext } from '../../contract/request.ts';
import { accessTokenHash } from '../../credentials/oauth-hashes.ts';
import { later } from '../../time/clock.ts';
import { changeClaims, claimRulesOf } from '../../tokens/claim-rules.ts';
import type { Claims } from '../../tokens/keys.ts';
import type { Granted } from './access-token.ts';
import type { Identity } from './collections/identities.ts';
import { issuerPath, realmOf, tenantIdOf } from './tenant.ts';

/** Everything that goes into a token. */
export interface TokenOrder extends Granted {
  /** The name that revokes the token: the id of its login, or of the secret that requested it. */
  readonly sid: string;
  /** Scopes, separated by spaces; empty for none. */
  readonly scope?: string;
}

/** Signs an access token. */
export async function mintAccessToken(context: RequestContext, order: TokenOrder): Promise<string> {
  const claims = await accessTokenClaims(context, order);
  return context.tokens.mint(changeClaims(claims, await claimRulesOf(context.store)));
}

/** The claims of an access token (RFC 9068, but with `typ: JWT`, like Keycloak's). */
export async function accessTokenClaims(context: RequestContext, order: TokenOrder): Promise<Claims> {
  const { identity, clientId, sid, scope = '' } = order;
  const claims = await commonClaims(context, identity);
  claims['tenant_id'] = Number(await tenantIdOf(context));
  claims['azp'] = clientId;
  claims['typ'] = 'Bearer';
  claims['sid'] = sid;
  if (scope !== '') claims['scope'] = scope;
  return claims;
}

/** The input of an ID token: facts about the login, for the client that the user logged in through. */
export interface IdTokenOrder extends TokenOrder {
  readonly authTime: number;
  readonly nonce?: string | null;
  /** The access token issued with it. */
  readonly accessToken: string;
}

/** Signs an ID token. */
export async function mintIdToken(context: RequestContext, order: IdTokenOrder): Promise<string> {
  const claims = { ...(await idTokenClaims(context, order)), at_hash: accessTokenHash(order.accessToken) };
  // Its audience is the client (OpenID Connect Core 1.0, 2), whatever that of access tokens is.
  return context.tokens.mint(changeClaims(claims, await claimRulesOf(context.store), 'aud'));
}

/** The claims of an ID token (OpenID Connect Core 1.0, 2) except `at_hash`. */
export async function idTokenClaims(
  context: RequestContext,
  order: Omit<IdTokenOrder, 'accessToken'>,
): Promise<Claims> {
  const { identity, clientId, sid, authTime, nonce = null } = order;
  return {
    ...(await commonClaims(context, identity)),
    aud: clientId,
    azp: clientId,
    typ: 'ID',
    auth_time: Math.floor(authTime / 1000),
    ...(nonce !== null && { nonce }),
    sid,
  };
}

/** No spreads: with Node 20, each takes as long as all other claims together. */
async function commonClaims(context: RequestContext, identity: Identity): Promise<Record<string, unknown>> {
  const { settings, random, now, origin } = context;
  const iat = Math.floor(now / 1000);
  const claims: Record<string, unknown> = {
    iss: `${origin}${issuerPath(await realmOf(context))}`,
    sub: identity.id,
  };
  if (identity.kind === 'user') {
    claims['email'] = identity.name;
    claims['email_verified'] = true;
  }
  claims['preferred_username'] = identity.name;
  if (identity.groups.length > 0) claims['groups'] = identity.groups;
  claims['iat'] = iat;
  claims['exp'] = iat + Math.floor(tokenLifetime(settings) / 1000);
  claims['jti'] = random.uuid();
  return claims;
}

/** How long an access token is valid, in milliseconds. */
export function tokenLifetime({ tokenTtl }: RequestContext['settings']): number {
  return tokenTtl.access;
}

/** The time at which every access token issued until now has expired. */
export function lastExpiry({ now, settings }: Pick<RequestContext, 'now' | 'settings'>): number {
  return later(now, tokenLifetime(settings));
}
