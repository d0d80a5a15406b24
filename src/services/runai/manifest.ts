import type { Manifest, Variable } from '../../contract/manifest.ts';
import type { RunaiCast } from './cast.ts';
import { OPTIONS } from './options.ts';
import { REASONS } from './reasons.ts';
import { hostOfTenant } from './tenant-host.ts';

/** Returns the Run:ai part of a cast from a server. A server of another version may send only some members. */
function readCastPart(part: unknown): Partial<RunaiCast> {
  return (part ?? {}) as Partial<RunaiCast>;
}

/** Finds the access key of an administrator. @param castPart the Run:ai part of the cast, from a server */
function findAdministratorKey(
  castPart: unknown,
): { readonly clientId?: string; readonly clientSecret?: string } | undefined {
  const { users = [] } = readCastPart(castPart);
  return users.find(({ role, accessKey }) => role === 'System administrator' && accessKey)?.accessKey;
}

const VARIABLES: readonly Variable[] = [
  { name: 'RUNAI_BASE_URL', readValue: (_castPart, url) => url },
  {
    name: 'RUNAI_CLIENT_ID',
    readValue: (castPart) => findAdministratorKey(castPart)?.clientId,
    requirement: 'administrator with an access key',
  },
  { name: 'RUNAI_CLIENT_SECRET', readValue: (castPart) => findAdministratorKey(castPart)?.clientSecret },
];

/** Returns the hosts of control planes: the one in the vendor's document, and the tenant's. */
function listControlPlanes(castPart: unknown): readonly string[] {
  const { tenant } = readCastPart(castPart);
  return ['app.run.ai', ...(tenant === undefined ? [] : [hostOfTenant(tenant)])];
}

/** The part of the service that the command and the library need without loading it. */
export const runaiManifest = {
  name: 'runai',
  options: OPTIONS,
  reasons: REASONS,
  variables: VARIABLES,
  // The vendor's cloud has one control plane per tenant.
  hosts: ['*.run.ai'],
  hostsOfCast: listControlPlanes,
  load: async () => (await import('./index.ts')).runai,
} as const satisfies Manifest;
