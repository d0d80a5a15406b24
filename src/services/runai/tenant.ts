import type { Surroundings } from '../../contract/world.ts';
import type { TokenRealm } from './access-token.ts';

/** Settings that hold the tenant. */
export const TENANT_ID_SETTING = 'runai.tenant.id';
export const TENANT_NAME_SETTING = 'runai.tenant.name';
export const REALM_SETTING = 'runai.tenant.realm';

/** The realm of a world without a tenant. */
const NO_REALM = 'none';

type World = Pick<Surroundings, 'store'>;

export async function realmOf({ store }: World): Promise<string> {
  return (await store.settings.get(REALM_SETTING)) ?? NO_REALM;
}

/** Path of a realm's issuer below the origin, as in Keycloak. */
export function issuerPath(realm: string): string {
  return `/auth/realms/${realm}`;
}

/** The path prefix of an issuer's endpoints. */
export function endpointsOf(issuer: string): string {
  return `${issuer}/protocol/openid-connect`;
}

export function jwksUriOf(issuer: string): string {
  return `${endpointsOf(issuer)}/certs`;
}

/** The tenant's id, an integer in digits as in scopes. In the store it is the owner of the tenant's objects. */
export async function tenantIdOf({ store }: World): Promise<string> {
  return (await store.settings.get(TENANT_ID_SETTING)) ?? '0';
}

/** The realm whose access tokens this world accepts. */
export async function tokenRealmOf(world: World): Promise<TokenRealm> {
  return { issuerPath: issuerPath(await realmOf(world)), tenantId: await tenantIdOf(world) };
}

export async function tenantNameOf(world: World): Promise<string> {
  return (await world.store.settings.get(TENANT_NAME_SETTING)) ?? (await realmOf(world));
}
