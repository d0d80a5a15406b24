import type { Manifest, Probe, Variable } from '../../contract/manifest.ts';
import type { RunaiCast } from './cast.ts';
import { OPTIONS } from './options.ts';
import { REASONS } from './reasons.ts';

function castOf(part: unknown): Partial<RunaiCast> {
  // A server of another version may answer with only part of this cast.
  return (part ?? {}) as Partial<RunaiCast>;
}

/** The access key of an administrator. @param part Run:ai's part of the cast, as a server answered it */
function administratorsKey(part: unknown): { readonly clientId?: string; readonly clientSecret?: string } | undefined {
  const { users = [] } = castOf(part);
  return users.find(({ role, accessKey }) => role === 'System administrator' && accessKey)?.accessKey;
}

const VARIABLES: readonly Variable[] = [
  { name: 'RUNAI_BASE_URL', of: (_part, url) => url },
  {
    name: 'RUNAI_CLIENT_ID',
    of: (part) => administratorsKey(part)?.clientId,
    absent: 'administrator with an access key',
  },
  { name: 'RUNAI_CLIENT_SECRET', of: (part) => administratorsKey(part)?.clientSecret },
];

/** The control plane of the tenant, and the one that the vendor's document names. */
function controlPlanes(part: unknown): readonly string[] {
  const { tenant } = castOf(part);
  return ['app.run.ai', ...(tenant === undefined ? [] : [`${tenant.name}.run.ai`])];
}

/** Checks that the issuer of tokens is the URL that this client uses. */
const ISSUER: Probe = {
  what: 'issuer',
  needsCast: true,
  look: async (ask, { base, part }) => {
    const realm = castOf(part).tenant?.realm;
    if (realm === undefined) return { good: true, said: 'the world has no tenant, so it issues no tokens' };
    const path = `/auth/realms/${realm}`;
    const { status, body } = await ask(`${path}/.well-known/openid-configuration`);
    if (status === 501) return { good: true, said: 'unknown: the server answers only what the vendor documents' };
    // The server at this URL may be any server, so the body may be anything.
    const issuer = String((body as { readonly issuer?: unknown } | null)?.issuer);
    return issuer === `${base}${path}`
      ? { good: true, said: issuer }
      : {
          good: false,
          said: `the issuer of tokens is ${issuer}, and a strict client that expects ${base} rejects them. Give all clients one URL, and start the server with that URL as --public-url.`,
        };
  },
};

/** Detects something that changes requests on the way, such as a proxy that removes credentials. */
const REFUSES: Probe = {
  what: 'refuses',
  look: async (ask) => {
    const headers = { authorization: 'Bearer deliberately.bad.token' };
    const { status } = await ask('/api/v1/authorization/permissions', headers);
    return status === 401
      ? { good: true, said: 'a deliberately bad token is refused' }
      : {
          good: false,
          said: `a deliberately bad token was answered ${status} instead of 401: something on the way, such as a proxy, changes requests`,
        };
  },
};

/** The part of Run:ai that the command and the library read without loading the service. */
export const runaiManifest = {
  name: 'runai',
  options: OPTIONS,
  reasons: REASONS,
  variables: VARIABLES,
  // The control planes of the vendor's cloud, one for each tenant.
  hosts: ['*.run.ai'],
  hostsOfCast: controlPlanes,
  probes: [ISSUER, REFUSES],
  forms: async () => (await import('./forms.ts')).FORMS,
  load: async () => (await import('./index.ts')).runai,
} as const satisfies Manifest;
