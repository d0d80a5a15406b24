import { isIP } from 'node:net';
import type { Manifest } from '../contract/manifest.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { own } from '../objects/members.ts';
import { adviseName } from '../text/nearest.ts';

const FORMATS = {
  shell: (names: readonly string[], address: () => string) => {
    const to = address();
    return names.map((name) => `${to} ${name}\n`).join('');
  },
  json: (names: readonly string[]) => `${JSON.stringify(names, null, 2)}\n`,
  compose: (names: readonly string[]) => `aliases:\n${names.map((name) => `  - ${name}\n`).join('')}`,
} as const;

/**
 * The host names of the vendors, as lines for a resolver or as the aliases of a Compose service.
 *
 * @param cast of the world, by service
 * @param manifests of the services that the server has
 * @param url of the server, for the client
 * @throws Unusable if the format or the address of `url` cannot be used
 */
export function hostLines(
  cast: Readonly<Record<string, unknown>>,
  manifests: readonly Manifest[],
  format: string,
  url: string,
): string {
  const render = own(FORMATS, format);
  if (render === undefined) {
    throw new Unusable(`--hosts has no --format ${format}.${adviseName(format, Object.keys(FORMATS))}`);
  }
  const names = manifests.flatMap(({ name, hosts, hostsOfCast }) => [
    ...hosts.filter((host) => !host.startsWith('*')),
    ...(hostsOfCast?.(cast[name]) ?? []),
  ]);
  return render([...new Set(names)], () => addressOf(url));
}

/** Production URLs name no port. Null if the URL is as they are. */
export function portAdvice(url: string): string | null {
  const { protocol, port } = new URL(url);
  if (protocol === 'https:' && port === '') return null;
  return `production URLs lead to https on port 443, but the server is ${url}. Start it with --tls --port 443, or let clients connect to its port`;
}

function addressOf(url: string): string {
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (name === 'localhost') return '127.0.0.1';
  if (isIP(name) !== 0) return name;
  throw new Unusable(
    `--hosts prints lines with an address, but ${url} has the name \`${name}\`. Give the address as in --client-url https://192.0.2.1.`,
  );
}
