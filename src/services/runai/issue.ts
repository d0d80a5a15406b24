import type { Arrival } from '../../contract/request.ts';
import { accessTokenHash } from '../../credentials/oauth-hashes.ts';
import type { Claims } from '../../tokens/mint.ts';
import type { Granted } from './caller.ts';
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
export async function mintAccessToken(arrival: Arrival, order: TokenOrder): Promise<string> {
  return arrival.tokens.mint(await accessTokenClaims(arrival, order));
}

/** The claims of an access token (RFC 9068, but with `typ: JWT`, like Keycloak's). */
export async function accessTokenClaims(arrival: Arrival, order: TokenOrder): Promise<Claims> {
  const { identity, clientId, sid, scope = '' } = order;
  return {
    ...(await commonClaims(arrival, identity)),
    tenant_id: Number(await tenantIdOf(arrival)),
    azp: clientId,
    typ: 'Bearer',
    sid,
    ...(scope !== '' && { scope }),
  };
}

/** The input of an ID token: facts about the login, for the client that the user logged in through. */
export interface IdTokenOrder extends TokenOrder {
  readonly authTime: number;
  readonly nonce?: string | null;
  /** The access token issued with it. */
  readonly accessToken: string;
}

/** Signs an ID token. */
export async function mintIdToken(arrival: Arrival, order: IdTokenOrder): Promise<string> {
  const claims = await idTokenClaims(arrival, order);
  return arrival.tokens.mint({ ...claims, at_hash: accessTokenHash(order.accessToken) });
}

/** The claims of an ID token (OpenID Connect Core 1.0, 2) except `at_hash`. */
export async function idTokenClaims(arrival: Arrival, order: Omit<IdTokenOrder, 'accessToken'>): Promise<Claims> {
  const { identity, clientId, sid, authTime, nonce = null } = order;
  return {
    ...(await commonClaims(arrival, identity)),
    aud: clientId,
    azp: clientId,
    typ: 'ID',
    auth_time: Math.floor(authTime / 1000),
    ...(nonce !== null && { nonce }),
    sid,
  };
}

async function commonClaims(arrival: Arrival, identity: Identity) {
  const { settings, random, now, origin } = arrival;
  const iat = Math.floor(now / 1000);
  return {
    iss: `${origin}${issuerPath(await realmOf(arrival))}`,
    sub: identity.id,
    ...(identity.kind === 'user' && { email: identity.name, email_verified: true }),
    preferred_username: identity.name,
    ...(identity.groups.length > 0 && { groups: identity.groups }),
    iat,
    exp: iat + Math.floor(settings.tokenTtl / 1000),
    jti: random.uuid(),
  };
}

/** The time at which every access token issued until now has expired. */
export function lastExpiry({ now, settings }: Pick<Arrival, 'now' | 'settings'>): number {
  return now + settings.tokenTtl;
}
