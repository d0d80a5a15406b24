import type { IncomingMessage } from 'node:http';
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

/** Reads world addresses, and removes the prefix before a request is routed. */
export interface WorldAddresses {
  /** Removes the prefix from a path, and records how the request named its world. @returns the path below the world */
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

/** @param hostPatterns host names of services, each up to the server's own name */
export function worldAddressesOf(hosts: KnownHosts, hostPatterns: readonly RegExp[]): WorldAddresses {
  const addresses = new WeakMap<IncomingMessage, WorldAddress>();
  // Nearly every request has the same host as the one before.
  let last: { readonly host: string; readonly label: string | null; readonly isService: boolean } = {
    host: '',
    label: null,
    isService: false,
  };
  const readHost = (given: string) => {
    if (given !== last.host) {
      const behind = behindServiceName(given, hostPatterns);
      last = { host: given, label: hosts.labelOf(behind ?? given), isService: behind !== null };
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
      const { label, isService } = readHost(raw.headers.host ?? '');
      // On the host of a function, all paths belong to the function.
      const found = !isService && url.startsWith(WORLD_PREFIX) ? BELOW_WORLD.exec(url) : null;
      if (found === null) {
        const address = otherAddress(raw, label);
        if (address !== null) addresses.set(raw, address);
        return url;
      }
      const [, world = '', rest = ''] = found;
      addresses.set(raw, prefixAddress(world, rest, label));
      return rest.startsWith('/') ? rest : `/${rest}`;
    },
    of: (raw) => addresses.get(raw) ?? null,
  };
}
