import type { Manifest, Probe, Variable } from '../../contract/manifest.ts';
import type { RunaiCast } from './cast.ts';
import { OPTIONS } from './options.ts';
import { REASONS } from './reasons.ts';

function castOf(part: unknown): Partial<RunaiCast> {
  // A server of another version may answer with less than this one's cast.
  return (part ?? {}) as Partial<RunaiCast>;
}

/** The access key of an administrator. @param part as answered by a server */
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

/** Do tokens name the server as this client does? */
const ISSUER: Probe = {
  what: 'issuer',
  needsCast: true,
  look: async (ask, { base, part }) => {
    const realm = castOf(part).tenant?.realm;
    if (realm === undefined) return { good: true, said: 'the world has no tenant, so there are no tokens' };
    const path = `/auth/realms/${realm}`;
    const { status, body } = await ask(`${path}/.well-known/openid-configuration`);
    if (status === 501) return { good: true, said: 'not known: the server answers only what is documented' };
    // Whatever answers there may answer anything.
    const issuer = String((body as { readonly issuer?: unknown } | null)?.issuer);
    return issuer === `${base}${path}`
      ? { good: true, said: issuer }
      : {
          good: false,
          said: `tokens say ${issuer}, and a strict client that was given ${base} refuses that. Give all clients one name for the server, and start it with --public-url and that name.`,
        };
  },
};

/** Are requests changed on their way, for example by a proxy that removes credentials? */
const REFUSES: Probe = {
  what: 'refuses',
  look: async (ask) => {
    const headers = { authorization: 'Bearer deliberately.bad.token' };
    const { status } = await ask('/api/v1/authorization/permissions', headers);
    return status === 401
      ? { good: true, said: 'a deliberately bad token is refused' }
      : {
          good: false,
          said: `a deliberately bad token was answered ${status}: something in between changes requests`,
        };
  },
};

/** Run:ai, as the command and the library see it. */
export const runaiManifest = {
  name: 'runai',
  options: OPTIONS,
  reasons: REASONS,
  variables: VARIABLES,
  probes: [ISSUER, REFUSES],
  load: async () => (await import('./index.ts')).runai,
} as const satisfies Manifest;
