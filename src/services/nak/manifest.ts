import type { Manifest, Variable } from '../../contract/manifest.ts';

/** The variables of `nvcf-cli`; of a world they lead below its prefix. */
const VARIABLES: readonly Variable[] = [
  ...['API_KEYS_SERVICE_URL', 'NVCF_BASE_HTTP_URL', 'NVCF_INVOKE_URL'].map((name) => ({
    name,
    of: (_part: unknown, url: string) => url,
  })),
  { name: 'INVOKE_HOST', of: (_part, url) => invocationHost(url) },
];

/**
 * The `Host` of invocations, which the client prefixes with the function. Without this variable it would connect to a
 * name below that of the URL, and no name is below an IP address.
 */
function invocationHost(url: string): string {
  const { hostname, pathname } = new URL(url);
  const [, world] = /^\/w\/([^/]+)/.exec(pathname) ?? [];
  const known = /^\[|^[\d.]+$/.test(hostname) ? 'localhost' : hostname;
  return ['invocation', ...(world === undefined ? [] : [world]), known].join('.');
}

/** Known to the command and the library before the service is loaded. */
export const nakManifest = {
  name: 'nak',
  options: {},
  reasons: {},
  variables: VARIABLES,
  hosts: ['api-keys.nvcf.nvidia.com'],
  probes: [],
  isServed: ({ nvcf }) => nvcf === 'open-source',
  forms: async () => (await import('./forms.ts')).FORMS,
  load: async () => (await import('./index.ts')).nak,
} as const satisfies Manifest;
