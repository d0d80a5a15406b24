import type { Manifest } from '../../contract/manifest.ts';
import { OPTIONS } from './options.ts';

/** NVIDIA Cloud Functions, as the command and the library know it. */
export const nvcfManifest = {
  name: 'nvcf',
  options: OPTIONS,
  reasons: {},
  variables: [{ name: 'NVCF_BASE_URL', of: (_part, url) => url }],
  probes: [],
  load: async () => (await import('./index.ts')).nvcf,
} as const satisfies Manifest;
