import type { IncomingMessage } from 'node:http';
import type { KnownHosts } from '../core/hosts.ts';
import { headerLines } from './arrival.ts';

/** By what a request says which world it is about, its credential aside. */
export interface Door {
  readonly kind: 'prefix' | 'host' | 'header';
  /** As it was written: there need not be such a world. */
  readonly world: string;
  /** Of a prefix: the world that the host names beside it, where it names one. */
  readonly beside?: string | null;
}

/** The ways into worlds: they are taken off a request before the router sees it. */
export interface Doors {
  /**
   * Takes the prefix off a path, and remembers which door the request came by.
   *
   * @returns the path below the world
   */
  open(raw: IncomingMessage): string;
  /** The door that a request came by; null where it named no world. */
  of(raw: IncomingMessage): Door | null;
}

/** The header that names a world. */
export const WORLD_HEADER = 'x-mock-world';

const PREFIX = '/w/';

/** A path below a world, with what stands before the next slash or query. */
const BELOW_WORLD = /^\/w\/([^/?]*)(.*)$/s;

/** Does a path lead into a world? */
export function isBelowWorld(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** The path below the root of a server that a path in a world is. */
export function worldPath(world: string): string {
  return `${PREFIX}${world}`;
}

/** @param hostPatterns host names that belong to services, each up to where a name of the server follows */
export function doorsOf(hosts: KnownHosts, hostPatterns: readonly RegExp[]): Doors {
  const doors = new WeakMap<IncomingMessage, Door>();
  /** Where the name of the server begins behind a name that belongs to a service; 0 where none stands before it. */
  const beforeServer = (host: string): number => {
    for (const pattern of hostPatterns) {
      const found = pattern.exec(host)?.[0];
      if (found !== undefined) return found.length;
    }
    return 0;
  };
  // Nearly every request comes under the same name as the one before.
  let last: { readonly host: string; readonly label: string | null; readonly isService: boolean } = {
    host: '',
    label: null,
    isService: false,
  };
  const named = (given: string) => {
    if (given !== last.host) {
      const host = given.toLowerCase();
      const at = beforeServer(host);
      last = { host: given, label: hosts.labelOf(host.slice(at)), isService: at > 0 };
    }
    return last;
  };
  /** Where the host says already what the prefix says, the prefix adds nothing to the names that answers give. */
  const prefixDoor = (world: string, rest: string, label: string | null): Door =>
    label === world && !isBelowWorld(rest) ? { kind: 'host', world } : { kind: 'prefix', world, beside: label };
  const otherDoor = (raw: IncomingMessage, label: string | null): Door | null => {
    if (label !== null) return { kind: 'host', world: label };
    if (raw.headers[WORLD_HEADER] === undefined) return null;
    return { kind: 'header', world: headerLines(raw, WORLD_HEADER).join(', ').trim() };
  };
  return {
    open: (raw) => {
      const url = raw.url ?? '/';
      const { label, isService } = named(raw.headers.host ?? '');
      // At a function's own host every path is the function's.
      const found = !isService && url.startsWith(PREFIX) ? BELOW_WORLD.exec(url) : null;
      if (found === null) {
        const door = otherDoor(raw, label);
        if (door !== null) doors.set(raw, door);
        return url;
      }
      const [, world = '', rest = ''] = found;
      doors.set(raw, prefixDoor(world, rest, label));
      return rest.startsWith('/') ? rest : `/${rest}`;
    },
    of: (raw) => doors.get(raw) ?? null,
  };
}
