import type { Manifest, Variable } from '../../contract/manifest.ts';
import { duration, type Option, oneOf, type ValuesOf } from '../../contract/option.ts';
import { PROPAGATION_MODES } from '../ngc-keys/keyring.ts';
import { KEY_REASONS, USER_REASONS } from '../ngc-keys/reasons.ts';

/** The NGC part of the cast. */
export interface NgcCast {
  readonly org: string;
  readonly ncaId: string;
  readonly keys: readonly {
    readonly id: string;
    readonly org: string;
    readonly name: string;
    readonly type: 'service' | 'personal';
    readonly services: readonly string[];
    readonly scopes?: readonly string[];
    readonly roles?: readonly string[];
    readonly key: string;
  }[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly ngc: NgcCast;
  }
}

export const OPTIONS = {
  propagation: {
    argument: 'MODE',
    description: 'when edits of service keys take effect: off, fixed or jitter',
    fallback: 'off',
    ...oneOf(PROPAGATION_MODES),
  },
  propagationDelay: {
    argument: 'DURATION',
    description: 'how long the previous policy of an edited key stays in effect',
    fallback: 900_000,
    ...duration,
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}

const VARIABLES: readonly Variable[] = [
  {
    name: 'NGC_API_KEY',
    readValue: (part) => {
      // A server of another version may have a smaller cast.
      const { org, keys = [] } = (part ?? {}) as Partial<NgcCast>;
      return keys.find((key) => key.org === org && key.roles?.includes('ORG_OWNER') === true)?.key;
    },
    requirement: 'personal key of an organisation owner',
  },
  {
    // For clients of the API catalogue.
    name: 'NVIDIA_API_KEY',
    readValue: (part) => {
      const { org, keys = [] } = (part ?? {}) as Partial<NgcCast>;
      return keys.find((key) => key.org === org && key.services.includes('public-api'))?.key;
    },
  },
];

/** The part of the service that the command and the library need without loading it. */
export const ngcManifest = {
  name: 'ngc',
  options: OPTIONS,
  reasons: { ...KEY_REASONS, ...USER_REASONS },
  variables: VARIABLES,
  // The gateway, its staging name from the Air SDK, and the token exchange.
  hosts: ['api.ngc.nvidia.com', 'api.stg.ngc.nvidia.com', 'authn.nvidia.com'],
  load: async (rulesetsOfKeys) => (await import('./index.ts')).ngc(rulesetsOfKeys),
} as const satisfies Manifest;
