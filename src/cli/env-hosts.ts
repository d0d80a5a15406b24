import { isIP } from 'node:net';
import type { Manifest } from '../contract/manifest.ts';
import { UserError } from '../lib/errors.ts';
import { own } from '../lib/members.ts';
import { adviseName } from '../lib/nearest.ts';

/** Formats host names; `resolveAddress` returns the server's IP address, or throws if its URL has none. */
const FORMATS = {
  shell: (names: readonly string[], resolveAddress: () => string) => {
    const ip = resolveAddress();
    return names.map((name) => `${ip} ${name}\n`).join('');
  },
  json: (names: readonly string[]) => `${JSON.stringify(names, null, 2)}\n`,
  compose: (names: readonly string[]) => `aliases:\n${names.map((name) => `  - ${name}\n`).join('')}`,
} as const;

/** Formats host names for a resolver, as JSON, or for Compose. @throws UserError for an unknown format or address */
export function formatHosts(
  cast: Readonly<Record<string, unknown>>,
  manifests: readonly Manifest[],
  format: string,
  url: string,
): string {
  const render = own(FORMATS, format);
  if (render === undefined) {
    throw new UserError(`--hosts does not support --format ${format}.${adviseName(format, Object.keys(FORMATS))}`);
  }
  const names = manifests.flatMap(({ name, hosts, hostsOfCast }) => [
    ...hosts.filter((host) => !host.startsWith('*')),
    ...(hostsOfCast?.(cast[name]) ?? []),
  ]);
  return render([...new Set(names)], () => readAddress(url));
}

/** Returns advice about a URL without the scheme and port of production URLs; null if it has both. */
export function advisePort(url: string): string | null {
  const { protocol, port } = new URL(url);
  if (protocol === 'https:' && port === '') return null;
  return `production URLs use https on port 443, but the server is ${url}. Start it with --tls --port 443, or make clients use its port`;
}

/** Returns the IP address in a URL. @throws UserError if it has another name than `localhost` */
function readAddress(url: string): string {
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (name === 'localhost') return '127.0.0.1';
  if (isIP(name) !== 0) return name;
  throw new UserError(
    `--hosts needs an address, but ${url} has the name \`${name}\`. Set the address, for example with --client-url https://192.0.2.1.`,
  );
}
