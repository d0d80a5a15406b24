import type { Manifest, Variable } from '../../contract/manifest.ts';

/** Environment for `nvcf-cli`. In a world, each URL includes the world's prefix. */
const VARIABLES: readonly Variable[] = [
  ...['API_KEYS_SERVICE_URL', 'NVCF_BASE_HTTP_URL', 'NVCF_INVOKE_URL'].map((name) => ({
    name,
    readValue: (_part: unknown, url: string) => url,
  })),
  { name: 'INVOKE_HOST', readValue: (_part, url) => createInvocationHost(url) },
];

/** Without a `Host`, the client would use a subdomain of the URL's host, but IP addresses have none. */
function createInvocationHost(url: string): string {
  const { hostname, pathname } = new URL(url);
  const [, world] = /^\/w\/([^/]+)/.exec(pathname) ?? [];
  const host = /^\[|^[\d.]+$/.test(hostname) ? 'localhost' : hostname;
  return ['invocation', ...(world === undefined ? [] : [world]), host].join('.');
}

/** The part of the service that the command and the library need without loading it. */
export const nakManifest = {
  name: 'nak',
  options: {},
  reasons: {},
  variables: VARIABLES,
  hosts: ['api-keys.nvcf.nvidia.com'],
  isServed: ({ nvcf }) => nvcf === 'open-source',
  load: async () => (await import('./index.ts')).nak,
} as const satisfies Manifest;
