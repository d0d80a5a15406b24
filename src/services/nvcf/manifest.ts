import type { Manifest } from '../../contract/manifest.ts';
import type { NvcfCast } from './cast.ts';
import { OPTIONS } from './options.ts';

/** Each function has a host name of its own. @param part Cloud Functions' part of the cast, as a server answered it */
function invocationHosts(part: unknown): readonly string[] {
  // A server of another version may answer with only part of this cast.
  const { functions = [] } = (part ?? {}) as Partial<NvcfCast>;
  const ids = new Set(functions.map(({ functionId }) => functionId));
  return [...ids].map((id) => `${id}.invocation.api.nvcf.nvidia.com`);
}

/** Known to the command and the library before the service is loaded. */
export const nvcfManifest = {
  name: 'nvcf',
  options: OPTIONS,
  reasons: {},
  variables: [{ name: 'NVCF_BASE_URL', of: (_part, url) => url }],
  hosts: ['api.nvcf.nvidia.com', 'llm.invocation.api.nvcf.nvidia.com', '*.invocation.api.nvcf.nvidia.com'],
  hostsOfCast: invocationHosts,
  probes: [],
  load: async () => (await import('./index.ts')).nvcf,
} as const satisfies Manifest;
