import type { Manifest, Variable } from '../../contract/manifest.ts';
import { KEY_REASONS, USER_REASONS } from '../../ngc-keys/reasons.ts';
import type { NgcCast } from './cast.ts';
import { OPTIONS } from './options.ts';

const VARIABLES: readonly Variable[] = [
  {
    name: 'NGC_API_KEY',
    of: (part) => {
      // A server of another version may have a smaller cast.
      const { org, keys = [] } = (part ?? {}) as Partial<NgcCast>;
      return keys.find((one) => one.org === org && one.roles?.includes('ORG_OWNER') === true)?.key;
    },
    absent: 'personal key of an organisation owner',
  },
  {
    // Clients of the API catalogue read it.
    name: 'NVIDIA_API_KEY',
    of: (part) => {
      const { org, keys = [] } = (part ?? {}) as Partial<NgcCast>;
      return keys.find((one) => one.org === org && one.services.includes('public-api'))?.key;
    },
  },
];

/** Known to the command and the library before the service is loaded. */
export const ngcManifest = {
  name: 'ngc',
  options: OPTIONS,
  reasons: { ...KEY_REASONS, ...USER_REASONS },
  variables: VARIABLES,
  // The gateway, which has the paths of Cloud Functions, too, its staging name in the Air SDK, and the exchange of keys.
  hosts: ['api.ngc.nvidia.com', 'api.stg.ngc.nvidia.com', 'authn.nvidia.com'],
  probes: [],
  forms: async () => (await import('../../ngc-keys/forms.ts')).FORMS,
  load: async (rulesetsOfKeys) => (await import('./index.ts')).ngc(rulesetsOfKeys),
} as const satisfies Manifest;
