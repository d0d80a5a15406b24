import type { Manifest } from '../../contract/manifest.ts';

/** The Cloud Tasks part of the cast. */
export interface NvctCast {
  readonly tasks: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly nvct: NvctCast;
  }
}

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
