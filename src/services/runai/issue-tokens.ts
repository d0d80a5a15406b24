import type { RequestContext } from '../../contract/request.ts';
import { addMilliseconds } from '../../lib/clock.ts';
import { changeClaims, readClaimRules } from '../../tokens/claim-rules.ts';
import type { Claims } from '../../tokens/keys.ts';
import { hashAccessToken } from '../../tokens/secret.ts';
import type { TokenHolder } from './access-token.ts';
import type { Identity } from './collections/identities.ts';
import { issuerPath, readRealm, readTenantId } from './tenant.ts';

export interface AccessTokenParams extends TokenHolder {
  /** The name that the token can be revoked by: the id of its login, or a name of the client secret. */
  readonly sid: string;
  /** Space-separated scopes; empty for none. */
  readonly scope?: string;
}

/** The claim rules of the world change its claims. */
export async function mintAccessToken(context: RequestContext, params: AccessTokenParams): Promise<string> {
  const claims = await createAccessTokenClaims(context, params);
  return context.tokens.mint(changeClaims(claims, await readClaimRules(context.store)));
}

/** Creates the claims of an access token (RFC 9068, but with `typ: JWT`, like Keycloak). */
export async function createAccessTokenClaims(context: RequestContext, params: AccessTokenParams): Promise<Claims> {
  const { identity, clientId, sid, scope = '' } = params;
  const claims = await createCommonClaims(context, identity);
  claims['tenant_id'] = Number(await readTenantId(context));
  claims['azp'] = clientId;
  claims['typ'] = 'Bearer';
  claims['sid'] = sid;
  if (scope !== '') claims['scope'] = scope;
  return claims;
}

export interface IdTokenParams extends Omit<AccessTokenParams, 'scope'> {
  /** When the user logged in, in milliseconds. */
  readonly authTime: number;
  readonly nonce?: string | null;
  readonly accessToken: string;
}

/** The claim rules of the world change its claims, except `aud`. */
export async function mintIdToken(context: RequestContext, params: IdTokenParams): Promise<string> {
  const claims = { ...(await createIdTokenClaims(context, params)), at_hash: hashAccessToken(params.accessToken) };
  // The audience is always the client (OpenID Connect Core 1.0, 2), even if a rule changes `aud` of access tokens.
  return context.tokens.mint(changeClaims(claims, await readClaimRules(context.store), 'aud'));
}

/** Creates the claims of an ID token (OpenID Connect Core 1.0, 2), except `at_hash`. */
export async function createIdTokenClaims(
  context: RequestContext,
  params: Omit<IdTokenParams, 'accessToken'>,
): Promise<Claims> {
  const { identity, clientId, sid, authTime, nonce = null } = params;
  return {
    ...(await createCommonClaims(context, identity)),
    aud: clientId,
    azp: clientId,
    typ: 'ID',
    auth_time: Math.floor(authTime / 1000),
    ...(nonce !== null && { nonce }),
    sid,
  };
}

/** Assigns the claims one by one, because a spread takes as long as all other claims together. */
async function createCommonClaims(context: RequestContext, identity: Identity): Promise<Record<string, unknown>> {
  const { settings, random, now, origin } = context;
  const iat = Math.floor(now / 1000);
  const claims: Record<string, unknown> = {
    iss: `${origin}${issuerPath(await readRealm(context))}`,
    sub: identity.id,
  };
  if (identity.kind === 'user') {
    claims['email'] = identity.name;
    claims['email_verified'] = true;
  }
  claims['preferred_username'] = identity.name;
  if (identity.groups.length > 0) claims['groups'] = identity.groups;
  claims['iat'] = iat;
  claims['exp'] = iat + Math.floor(tokenLifetimeOf(settings) / 1000);
  claims['jti'] = random.uuid();
  return claims;
}

/** Returns the lifetime of access tokens, in milliseconds. */
export function tokenLifetimeOf({ tokenLifetime }: RequestContext['settings']): number {
  return tokenLifetime.access;
}

/** Returns when the last access token that was issued until now expires. */
export function lastExpiryOf({ now, settings }: Pick<RequestContext, 'now' | 'settings'>): number {
  return addMilliseconds(now, tokenLifetimeOf(settings));
}
