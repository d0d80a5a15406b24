import type { IncomingMessage } from 'node:http';
import type { HostOfPaths, ServiceHost } from '../../contract/service.ts';
import { behindServiceName, type KnownHosts } from '../../core/hosts.ts';
import { WORLD_HEADER, WORLD_PREFIX } from '../../core/world-id.ts';
import { headerLines } from './arrival.ts';

/** How a request names its world, other than by its credential. */
export interface WorldAddress {
  readonly kind: 'prefix' | 'host' | 'header';
  /** As written; the world may not exist. */
  readonly world: string;
  /** For a prefix: the world that the host also names, if any. */
  readonly beside?: string | null;
}

/** Reads world addresses, and turns the path into one of the router's. */
export interface WorldAddresses {
  /**
   * Removes the prefix of a world from a path, adds that of the host, and records how the request named its world.
   *
   * @returns the path below the world
   */
  open(raw: IncomingMessage): string;
  /** How a request named its world; null if it did not. */
  of(raw: IncomingMessage): WorldAddress | null;
}

/** A path into a world: its id, up to the next slash or query, and the rest. */
const BELOW_WORLD = /^\/w\/([^/?]*)(.*)$/s;

/** Does a path lead into a world? */
export function isBelowWorld(path: string): boolean {
  return path.startsWith(WORLD_PREFIX);
}

/** @param serviceHosts the hosts of services */
export function worldAddressesOf(hosts: KnownHosts, serviceHosts: readonly ServiceHost[]): WorldAddresses {
  const addresses = new WeakMap<IncomingMessage, WorldAddress>();
  const patterns = serviceHosts.map(({ pattern }) => pattern);
  // Nearly every request has the same host as the one before.
  let last: { readonly host: string; readonly label: string | null; readonly prefix: string | null } = {
    host: '',
    label: null,
    prefix: '',
  };
  const readHost = (given: string) => {
    if (given !== last.host) {
      const behind = behindServiceName(given, patterns);
      const service = behind === null ? null : serviceHosts.find(({ pattern }) => pattern.test(given.toLowerCase()));
      last = { host: given, label: hosts.labelOf(behind ?? given), prefix: prefixOf(service ?? { prefix: '' }) };
    }
    return last;
  };
  /** If the host already names the world, the prefix adds nothing to the URLs in answers. */
  const prefixAddress = (world: string, rest: string, label: string | null): WorldAddress =>
    label === world && !isBelowWorld(rest) ? { kind: 'host', world } : { kind: 'prefix', world, beside: label };
  const otherAddress = (raw: IncomingMessage, label: string | null): WorldAddress | null => {
    if (label !== null) return { kind: 'host', world: label };
    if (raw.headers[WORLD_HEADER] === undefined) return null;
    return { kind: 'header', world: headerLines(raw, WORLD_HEADER).join(', ').trim() };
  };
  return {
    open: (raw) => {
      const url = raw.url ?? '/';
      const { label, prefix } = readHost(raw.headers.host ?? '');
      const found = prefix !== null && url.startsWith(WORLD_PREFIX) ? BELOW_WORLD.exec(url) : null;
      if (found === null) {
        const address = otherAddress(raw, label);
        if (address !== null) addresses.set(raw, address);
        return prefix ? below(prefix, url) : url;
      }
      const [, world = '', rest = ''] = found;
      addresses.set(raw, prefixAddress(world, rest, label));
      return below(prefix ?? '', rest);
    },
    of: (raw) => addresses.get(raw) ?? null,
  };
}

/** The prefix of the paths that a host serves; null if all paths belong to it, as on the host of a function. */
function prefixOf(host: ServiceHost | Pick<HostOfPaths, 'prefix'>): string | null {
  return 'prefix' in host ? host.prefix : null;
}

function below(prefix: string, path: string): string {
  return path.startsWith('/') ? `${prefix}${path}` : `${prefix}/${path}`;
}
