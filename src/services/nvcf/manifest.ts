import type { Manifest } from '../../contract/manifest.ts';
import { OPTIONS } from './options.ts';

/** Known to the command and the library before the service is loaded. */
export const nvcfManifest = {
  name: 'nvcf',
  options: OPTIONS,
  reasons: {},
  variables: [{ name: 'NVCF_BASE_URL', of: (_part, url) => url }],
  probes: [],
  load: async () => (await import('./index.ts')).nvcf,
} as const satisfies Manifest;
