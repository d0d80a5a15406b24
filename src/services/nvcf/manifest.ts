import type { Manifest } from '../../contract/manifest.ts';
import type { NvcfCast } from './cast.ts';
import { OPTIONS } from './options.ts';

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
