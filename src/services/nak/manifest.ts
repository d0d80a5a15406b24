import type { Manifest, Variable } from '../../contract/manifest.ts';
import { OPTIONS } from './options.ts';

/** The variables of `nvcf-cli`; of a world they lead below its prefix. */
const VARIABLES: readonly Variable[] = ['API_KEYS_SERVICE_URL', 'NVCF_BASE_HTTP_URL', 'NVCF_INVOKE_URL'].map(
  (name) => ({
    name,
    of: (_part, url) => url,
  }),
);

/** Known to the command and the library before the service is loaded. */
export const nakManifest = {
  name: 'nak',
  options: OPTIONS,
  reasons: {},
  variables: VARIABLES,
  hosts: ['api-keys.nvcf.nvidia.com'],
  probes: [],
  isServed: ({ nvcf }) => nvcf === 'open-source',
  load: async () => (await import('./index.ts')).nak,
} as const satisfies Manifest;
