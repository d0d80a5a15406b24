import type { Surroundings } from '../../contract/world.ts';
import type { TokenRealm } from './access-token.ts';

/** Where the store keeps the tenant's data. */
export const TENANT_ID_SETTING = 'runai.tenant.id';
export const TENANT_NAME_SETTING = 'runai.tenant.name';
export const REALM_SETTING = 'runai.tenant.realm';

/** The realm of a world without a tenant. */
const NO_REALM = 'none';

type World = Pick<Surroundings, 'store'>;

/** The realm of the tenant. */
export async function realmOf({ store }: World): Promise<string> {
  return (await store.settings.get(REALM_SETTING)) ?? NO_REALM;
}

/** Path of a realm's issuer below the origin, as in Keycloak. */
export function issuerPath(realm: string): string {
  return `/auth/realms/${realm}`;
}

/** What the endpoints of an issuer are below. */
export function endpointsOf(issuer: string): string {
  return `${issuer}/protocol/openid-connect`;
}

/** Where an issuer publishes its keys. */
export function jwksUriOf(issuer: string): string {
  return `${endpointsOf(issuer)}/certs`;
}

/** The tenant's id, a whole number as scopes write it. It marks the tenant's objects in the store. */
export async function tenantIdOf({ store }: World): Promise<string> {
  return (await store.settings.get(TENANT_ID_SETTING)) ?? '0';
}

/** The realm whose access tokens count here. */
export async function tokenRealmOf(world: World): Promise<TokenRealm> {
  return { issuerPath: issuerPath(await realmOf(world)), tenantId: await tenantIdOf(world) };
}

export async function tenantNameOf(world: World): Promise<string> {
  return (await world.store.settings.get(TENANT_NAME_SETTING)) ?? (await realmOf(world));
}
