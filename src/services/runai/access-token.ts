import { NO_STANDING, type Standing, standingOfRoles } from '../../core/policy.ts';
import type { Principal } from '../../core/principal.ts';
import { unauthenticated } from '../../core/problem.ts';
import { bearerOfAccessToken } from '../../credentials/access-token.ts';
import type { Arrival, Caller, Surroundings } from '../../service.ts';
import type { Identity } from '../../store/identities.ts';
import { ROLES } from './tables/roles.ts';

/** Where the store keeps what tokens say of the tenant. */
export const TENANT_ID_SETTING = 'runai.tenant.id';
export const REALM_SETTING = 'runai.tenant.realm';

/** The realm of a world without a tenant. */
const NO_REALM = 'none';

const STANDINGS: ReadonlyMap<string, Standing> = new Map(
  ROLES.map(({ name, grants }) => [name, standingOfRoles([name], new Set<string>(grants))]),
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
  return callerOf(await bearerOfAccessToken(arrival, issuerPath(await realmOf(arrival))));
}

/** Who an id is, if they may act: of a user, an application, a service account or an access key, or the client id of one. */
export async function impersonate({ store }: Surroundings, who: string): Promise<Caller | null> {
  const { identities, accessKeys } = store;
  const key = (await accessKeys.byId(who)) ?? (await accessKeys.byClientId(who));
  const identity =
    (await identities.byId(key?.owner ?? who)) ??
    (await identities.byName('user', who)) ??
    (await identities.byClientId('application', who)) ??
    (await identities.byClientId('service-account', who));
  if (identity === null) return null;
  if (!identity.enabled) throw unauthenticated('disabled', 'The owner of the access token is disabled.');
  return callerOf({ identity, clientId: key?.clientId ?? identity.clientId ?? '' });
}

function callerOf(granted: Granted): Caller {
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
