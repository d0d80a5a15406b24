import type { Manifest } from '../../contract/manifest.ts';
import { type Option, oneOf, type ValuesOf } from '../../contract/option.ts';

/** The Cloud Functions part of the cast. */
export interface NvcfCast {
  readonly functions: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly nvcf: NvcfCast;
  }
}

/** The options of Cloud Functions. Other services with these profiles use them too. */
export const OPTIONS = {
  nvcf: {
    argument: 'PROFILE',
    description:
      'documented or open-source: whether Cloud Functions follows the service-keys page or the published code',
    fallback: 'documented',
    ...oneOf(['documented', 'open-source']),
  },
  nvcfTrustedIssuer: {
    argument: 'ISSUER=URL|FILE',
    repeatable: true,
    description:
      'an additional issuer that `open-source` accepts, given as the `iss` of its tokens and its JWK set; rights come from the claim `scopes`, and `sub` is a client of the account',
    fallback: [] as readonly string[],
    expected: 'an issuer, `=`, and the URL or the path of its JWK set, such as `https://idp.example=jwks.json`',
    // Only the two parts are checked here. The issuer's keys are read when the server starts.
    read: (text: string) => (/^[^=]+=./s.test(text) ? [text] : undefined),
  },
  nvcfAdminIssuer: {
    argument: 'ISSUER',
    description: 'the `iss` of admin tokens with `open-source`; default: as in the published chart',
    fallback: 'http://api.nvcf.svc.cluster.local',
    expected: 'a non-empty string',
    read: (text: string) => (text === '' ? undefined : text),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}

/** The documented domain of invocations, and the one that nvcf-cli derives from `api.nvcf.nvidia.com`. */
const DOMAINS = ['invocation.api.nvcf.nvidia.com', 'invocation.nvcf.nvidia.com'] as const;

/** Returns the host names of the functions in a cast. @param castPart the Cloud Functions part of a server's cast */
function listInvocationHosts(castPart: unknown): readonly string[] {
  // A server of another version may have only part of this cast.
  const { functions = [] } = (castPart ?? {}) as Partial<NvcfCast>;
  const ids = new Set(functions.map(({ functionId }) => functionId));
  return DOMAINS.flatMap((domain) => [...ids].map((id) => `${id}.${domain}`));
}

/** Describes Cloud Functions to the command and the library, which do not load the service. */
export const nvcfManifest = {
  name: 'nvcf',
  options: OPTIONS,
  reasons: {},
  variables: [{ name: 'NVCF_BASE_URL', readValue: (_part, url) => url }],
  hosts: ['api.nvcf.nvidia.com', ...DOMAINS.flatMap((domain) => [`llm.${domain}`, `*.${domain}`])],
  // NGC's gateway.
  gateways: ['api.ngc.nvidia.com', 'api.stg.ngc.nvidia.com'],
  hostsOfCast: listInvocationHosts,
  load: async () => (await import('./index.ts')).nvcf,
} as const satisfies Manifest;
