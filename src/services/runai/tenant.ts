import type { RequestContext } from '../../contract/request.ts';
import type { RequestScope } from '../../contract/world.ts';
import { Problem } from '../../decisions/problem.ts';
import { parseHostName } from '../../lib/hosts.ts';
import type { TokenRealm } from './access-token.ts';
import { hostOfTenant } from './tenant-host.ts';

/** The settings that store the tenant. A seed writes them. */
export const TENANT_ID_SETTING = 'runai.tenant.id';
export const TENANT_NAME_SETTING = 'runai.tenant.name';
export const REALM_SETTING = 'runai.tenant.realm';

/** Placeholders for a world without a tenant, because its seed has no part for Run:ai. */
const NO_TENANT_ID = '0';
const NO_REALM = 'none';

type World = Pick<RequestScope, 'store'>;

export async function readRealm({ store }: World): Promise<string> {
  return (await store.settings.get(REALM_SETTING)) ?? NO_REALM;
}

/** Returns the issuer path of a realm, as in Keycloak. */
export function issuerPath(realm: string): string {
  return `/auth/realms/${realm}`;
}

/** Returns the URL prefix of an issuer's endpoints. */
export function endpointsOf(issuer: string): string {
  return `${issuer}/protocol/openid-connect`;
}

export function jwksUriOf(issuer: string): string {
  return `${endpointsOf(issuer)}/certs`;
}

/** Returns the tenant id in decimal digits, as in scopes. It is also the owner of the tenant's objects in the store. */
export async function readTenantId({ store }: World): Promise<string> {
  return (await store.settings.get(TENANT_ID_SETTING)) ?? NO_TENANT_ID;
}

export async function readTokenRealm(world: World): Promise<TokenRealm> {
  return { issuerPath: issuerPath(await readRealm(world)), tenantId: await readTenantId(world) };
}

/** Returns the name of the tenant; its realm if no name is stored. */
export async function readTenantName(world: World): Promise<string> {
  return (await world.store.settings.get(TENANT_NAME_SETTING)) ?? (await readRealm(world));
}

/** The host of a tenant's control plane. */
const TENANT_HOST = /^([^.]+)\.run\.ai\.?$/;

/** The host in the vendor's document, which belongs to no tenant. */
const COMMON_HOST = 'app';

/** Refuses a request to the vendor's host of another tenant. @throws Problem that names the tenant of the world */
export async function checkTenantOfHost(context: RequestContext): Promise<void> {
  const [line = ''] = context.headerLines('host');
  const [, label] = TENANT_HOST.exec(parseHostName(line) ?? '') ?? [];
  const name = await context.store.settings.get(TENANT_NAME_SETTING);
  // Other hosts, which users map to Run:ai, name no tenant, and a world without a part for Run:ai has none.
  if (label === undefined || label === COMMON_HOST || name == null) return;
  const host = hostOfTenant({ name, realm: await readRealm(context) });
  if (host === `${label}.run.ai`) return;
  throw new Problem(
    'unknown_path',
    `There is no tenant \`${label}\` here: the tenant of this world is \`${name}\`, at \`${host}\`. For another tenant, create a world whose seed has it.`,
  );
}
