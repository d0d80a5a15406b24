import type { Arrival } from '../../contract/request.ts';
import { accessTokenHash } from '../../credentials/oauth-hashes.ts';
import type { Claims } from '../../tokens/mint.ts';
import type { Granted } from './caller.ts';
import type { Identity } from './collections/identities.ts';
import { issuerPath, realmOf, tenantIdOf } from './tenant.ts';

/** What goes into tokens besides their subject and client. */
export interface TokenOrder extends Granted {
  /** What ends the token: the id of its login, or of the secret it was requested with. */
  readonly sid: string;
  /** Scopes, separated by spaces; empty for none. */
  readonly scope?: string;
}

/** A signed access token. */
export async function mintAccessToken(arrival: Arrival, order: TokenOrder): Promise<string> {
  return arrival.tokens.mint(await accessTokenClaims(arrival, order));
}

/** What an access token says (RFC 9068 without its own type, like Keycloak's). */
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

/** Facts about the login, for the client through which the user logged in. */
export interface IdTokenOrder extends TokenOrder {
  readonly authTime: number;
  readonly nonce?: string | null;
  /** The access token issued with it. */
  readonly accessToken: string;
}

/** A signed ID token. */
export async function mintIdToken(arrival: Arrival, order: IdTokenOrder): Promise<string> {
  const claims = await idTokenClaims(arrival, order);
  return arrival.tokens.mint({ ...claims, at_hash: accessTokenHash(order.accessToken) });
}

/** What an ID token says (OpenID Connect Core 1.0, 2), but for the access token issued with it. */
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

/** When every access token made now will have expired. */
export function lastExpiry({ now, settings }: Pick<Arrival, 'now' | 'settings'>): number {
  return now + settings.tokenTtl;
}
