import type { Manifest } from '../../contract/manifest.ts';
import { OPTIONS } from './options.ts';

/** The part of the service that the command and the library need without loading it. */
export const airManifest = {
  name: 'air',
  options: OPTIONS,
  reasons: {},
  variables: [{ name: 'AIR_API_URL', readValue: (_part, url) => url }],
  // Host names of Air 2.0 (now an alias) and DSX Air.
  hosts: ['api.air-ngc.nvidia.com', 'api.dsx-air.nvidia.com'],
  load: async () => (await import('./index.ts')).air,
} as const satisfies Manifest;
