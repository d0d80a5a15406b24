import type { Manifest } from '../../contract/manifest.ts';

/** Describes Cloud Tasks to the command and the library, which do not load the service. */
export const nvctManifest = {
  name: 'nvct',
  options: {},
  reasons: {},
  variables: [{ name: 'NVCF_BASE_NVCT_URL', readValue: (_part, url) => url }],
  // nvcf-cli's default.
  hosts: ['api.nvct.nvidia.com'],
  load: async () => (await import('./index.ts')).nvct,
} as const satisfies Manifest;
