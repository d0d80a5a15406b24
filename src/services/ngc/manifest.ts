import type { Manifest, Variable } from '../../contract/manifest.ts';
import { KEY_REASONS, USER_REASONS } from '../ngc-keys/reasons.ts';
import type { NgcCast } from './cast.ts';
import { OPTIONS } from './options.ts';

/** Finds a key of the first organisation. A server of another version may have a smaller cast. */
function findKey(part: unknown, matches: (key: NgcCast['keys'][number]) => boolean): string | undefined {
  const { org, keys = [] } = (part ?? {}) as Partial<NgcCast>;
  return keys.find((key) => key.org === org && matches(key))?.key;
}

const VARIABLES: readonly Variable[] = [
  {
    name: 'NGC_API_KEY',
    readValue: (part) => findKey(part, ({ roles }) => roles?.includes('ORG_OWNER') === true),
    requirement: 'personal key of an organisation owner',
  },
  // For clients of the API catalogue.
  { name: 'NVIDIA_API_KEY', readValue: (part) => findKey(part, ({ services }) => services.includes('public-api')) },
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
