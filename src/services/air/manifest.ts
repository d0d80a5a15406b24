import type { Manifest } from '../../contract/manifest.ts';
import { OPTIONS } from './options.ts';

/** Known to the command and the library before the service is loaded. */
export const airManifest = {
  name: 'air',
  options: OPTIONS,
  reasons: {},
  variables: [{ name: 'AIR_API_URL', of: (_part, url) => url }],
  // The name of Air 2.0, which is an alias since, and that of DSX Air.
  hosts: ['api.air-ngc.nvidia.com', 'api.dsx-air.nvidia.com'],
  probes: [],
  forms: async () => (await import('./forms.ts')).FORMS,
  load: async () => (await import('./index.ts')).air,
} as const satisfies Manifest;
