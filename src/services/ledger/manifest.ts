import type { Manifest } from '../../contract/manifest.ts';

/** Known to the command and the library before the service is loaded. */
export const ledgerManifest = {
  name: 'ledger',
  options: {},
  reasons: {},
  variables: [],
  hosts: [],
  probes: [],
  isServed: ({ nvcf }) => nvcf === 'open-source',
  load: async () => (await import('./index.ts')).ledger,
} as const satisfies Manifest;
