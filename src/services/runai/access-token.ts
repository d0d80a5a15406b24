import { NO_STANDING, type Standing } from '../../core/policy.ts';
import { bearerOfAccessToken } from '../../credentials/access-token.ts';
import type { Arrival, Caller } from '../../service.ts';
import type { Identity } from '../../store/identities.ts';
import { ROLES } from './tables/roles.ts';

/** Where the store keeps the tenant: JSON of `Tenant`. */
export const TENANT_SETTING = 'runai.tenant';

export interface Tenant {
  readonly id: number;
  readonly name: string;
  readonly realm: string;
}

const STANDINGS: ReadonlyMap<string, Standing> = new Map(
  ROLES.map(({ name, grants }) => [name, { roles: [name], held: new Set<string>(grants) }]),
);

export async function tenantOf({ store }: Arrival): Promise<Tenant> {
  const text = await store.settings.get(TENANT_SETTING);
  return text === null ? { id: 0, name: 'none', realm: 'none' } : (JSON.parse(text) as Tenant);
}

/** Path of a realm's issuer below the origin; Keycloak's. */
export function issuerPath(realm: string): string {
  return `/auth/realms/${realm}`;
}

/** @throws Problem `unauthenticated` */
export async function authenticate(arrival: Arrival): Promise<Caller> {
  const { store, headerLines } = arrival;
  const { identity, clientId } = await bearerOfAccessToken({
    ...arrival,
    authorization: headerLines('authorization'),
    issuerPath: issuerPath((await tenantOf(arrival)).realm),
    identities: store.identities,
  });
  const { kind, id, name, role } = identity;
  return { principal: { kind, id, name, clientId }, standing: STANDINGS.get(role ?? '') ?? NO_STANDING };
}

/** The claims and the lifetime of a new access token. */
export interface Granted {
  readonly identity: Identity;
  /** The client that asked (`azp`). */
  readonly clientId: string;
}

/** A signed access token for whom the grant was made to. */
export async function mintAccessToken(arrival: Arrival, { identity, clientId }: Granted): Promise<string> {
  const { tokens, settings, random, now, origin } = arrival;
  const tenant = await tenantOf(arrival);
  const iat = Math.floor(now / 1000);
  return tokens.mint({
    iss: `${origin}${issuerPath(tenant.realm)}`,
    sub: identity.id,
    ...(identity.kind === 'user' && { email: identity.name, email_verified: true }),
    preferred_username: identity.name,
    tenant_id: tenant.id,
    azp: clientId,
    typ: 'Bearer',
    iat,
    exp: iat + Math.floor(settings.tokenTtl / 1000),
    jti: random.uuid(),
  });
}
