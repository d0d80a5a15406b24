import type { Manifest, Probe, Variable } from '../../contract/manifest.ts';
import type { RunaiCast } from './cast.ts';
import { OPTIONS } from './options.ts';
import { REASONS } from './reasons.ts';

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
  return ['app.run.ai', ...(tenant === undefined ? [] : [`${tenant.name}.run.ai`])];
}

/** Checks that the issuer of tokens is below the client's base URL. */
const ISSUER_PROBE: Probe = {
  subject: 'issuer',
  needsCast: true,
  run: async (ask, { base, part }) => {
    const realm = readCastPart(part).tenant?.realm;
    if (realm === undefined) return { isGood: true, finding: 'the world has no tenant, so it issues no tokens' };
    const path = `/auth/realms/${realm}`;
    const { status, body } = await ask(`${path}/.well-known/openid-configuration`);
    if (status === 501) return { isGood: true, finding: 'unknown: the server has only documented endpoints' };
    // The URL may lead to any server, so the body can be anything.
    const issuer = String((body as { readonly issuer?: unknown } | null)?.issuer);
    return issuer === `${base}${path}`
      ? { isGood: true, finding: issuer }
      : {
          isGood: false,
          finding: `tokens have the issuer ${issuer}, but a strict client expects ${base} and rejects them. Use the same URL for all clients, and pass it to the server as --public-url.`,
        };
  },
};

/** Detects intermediaries that change requests, such as a proxy that strips credentials. */
const REFUSAL_PROBE: Probe = {
  subject: 'refuses',
  run: async (ask) => {
    const headers = { authorization: 'Bearer deliberately.bad.token' };
    const { status } = await ask('/api/v1/authorization/permissions', headers);
    return status === 401
      ? { isGood: true, finding: 'a deliberately bad token is refused' }
      : {
          isGood: false,
          finding: `a deliberately bad token got ${status} instead of 401: something in between, such as a proxy, changes requests`,
        };
  },
};

/** The part of the service that the command and the library need without loading it. */
export const runaiManifest = {
  name: 'runai',
  options: OPTIONS,
  reasons: REASONS,
  variables: VARIABLES,
  // The vendor's cloud has one control plane per tenant.
  hosts: ['*.run.ai'],
  hostsOfCast: listControlPlanes,
  probes: [ISSUER_PROBE, REFUSAL_PROBE],
  load: async () => (await import('./index.ts')).runai,
} as const satisfies Manifest;
