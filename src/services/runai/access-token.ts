import { NO_STANDING, type Standing } from '../../core/policy.ts';
import type { Principal } from '../../core/principal.ts';
import { bearerOfAccessToken } from '../../credentials/access-token.ts';
import type { Arrival, Caller } from '../../service.ts';
import type { Identity } from '../../store/identities.ts';
import { ROLES } from './tables/roles.ts';

/** Where the store keeps what tokens say of the tenant. */
export const TENANT_ID_SETTING = 'runai.tenant.id';
export const REALM_SETTING = 'runai.tenant.realm';

/** The realm of a world without a tenant. */
const NO_REALM = 'none';

const STANDINGS: ReadonlyMap<string, Standing> = new Map(
  ROLES.map(({ name, grants }) => [name, { roles: [name], held: new Set<string>(grants) }]),
);

/** The realm of the tenant. */
export async function realmOf({ store }: Arrival): Promise<string> {
  return (await store.settings.get(REALM_SETTING)) ?? NO_REALM;
}

/** Path of a realm's issuer below the origin; Keycloak's. */
export function issuerPath(realm: string): string {
  return `/auth/realms/${realm}`;
}

/** @throws Problem `unauthenticated` */
export async function authenticate(arrival: Arrival): Promise<Caller> {
  const granted = await bearerOfAccessToken(arrival, issuerPath(await realmOf(arrival)));
  return {
    principal: principalOf(granted),
    standing: STANDINGS.get(granted.identity.role ?? '') ?? NO_STANDING,
  };
}

/** Whom an access token is for, and the client that asked for it (`azp`). */
export interface Granted {
  readonly identity: Identity;
  readonly clientId: string;
}

export function principalOf({ identity: { kind, id, name }, clientId }: Granted): Principal {
  return { kind, id, name, clientId };
}

/** A signed access token for whom the grant was made to. */
export async function mintAccessToken(arrival: Arrival, { identity, clientId }: Granted): Promise<string> {
  const { tokens, settings, random, now, origin, store } = arrival;
  const iat = Math.floor(now / 1000);
  return tokens.mint({
    iss: `${origin}${issuerPath(await realmOf(arrival))}`,
    sub: identity.id,
    ...(identity.kind === 'user' && { email: identity.name, email_verified: true }),
    preferred_username: identity.name,
    tenant_id: Number(await store.settings.get(TENANT_ID_SETTING)),
    azp: clientId,
    typ: 'Bearer',
    iat,
    exp: iat + Math.floor(settings.tokenTtl / 1000),
    jti: random.uuid(),
  });
}
