import type { Manifest } from '../../../contract/manifest.ts';
import { CATALOGUE_REASONS } from './reasons.ts';

/** Describes the catalogue to the command and the library, which do not load the service. */
export const catalogueManifest = {
  name: 'catalogue',
  options: {},
  reasons: CATALOGUE_REASONS,
  variables: [{ name: 'NVIDIA_BASE_URL', readValue: (_part, url) => `${url}/integrate/v1` }],
  hosts: ['integrate.api.nvidia.com', 'ai.api.nvidia.com'],
  load: async () => (await import('./index.ts')).catalogue,
} as const satisfies Manifest;
