import type { Manifest } from '../../contract/manifest.ts';
import { type Option, oneOf, type ValuesOf } from '../../contract/option.ts';

/** The Air part of the cast. */
export interface AirCast {
  readonly simulations: readonly (Record<string, unknown> & { readonly name: string })[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly air: AirCast;
  }
}

export const OPTIONS = {
  air: {
    argument: 'VERSION',
    description: 'version of Air: 2.0 or dsx',
    fallback: '2.0',
    ...oneOf(['2.0', 'dsx']),
  },
  airBadCredentials: {
    argument: '403|401',
    description: 'status of an invalid key at Air',
    fallback: 403,
    expected: '`403` or `401`',
    read: (text) => ([401, 403] as const).find((status) => String(status) === text),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}

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
