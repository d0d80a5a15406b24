import type { IncomingMessage } from 'node:http';
import { behindServiceName, type KnownHosts } from '../../core/hosts.ts';
import { WORLD_HEADER, WORLD_PREFIX } from '../../core/world-id.ts';
import { headerLines } from './arrival.ts';

/** How a request says which world it is about, other than by its credential. */
export interface Door {
  readonly kind: 'prefix' | 'host' | 'header';
  /** As it was written: such a world need not exist. */
  readonly world: string;
  /** For a prefix: the world that the host names as well, if any. */
  readonly beside?: string | null;
}

/** The ways into worlds. They are removed from a request before the router sees it. */
export interface Doors {
  /**
   * Removes the prefix from a path, and remembers which door the request came by.
   *
   * @returns the path below the world
   */
  open(raw: IncomingMessage): string;
  /** The door that a request came by; null if it named no world. */
  of(raw: IncomingMessage): Door | null;
}

/** A path into a world: what stands before the next slash or query, and the rest. */
const BELOW_WORLD = /^\/w\/([^/?]*)(.*)$/s;

/** Does a path lead into a world? */
export function isBelowWorld(path: string): boolean {
  return path.startsWith(WORLD_PREFIX);
}

/** @param hostPatterns host names that belong to services, each up to the server's own name */
export function doorsOf(hosts: KnownHosts, hostPatterns: readonly RegExp[]): Doors {
  const doors = new WeakMap<IncomingMessage, Door>();
  // Nearly every request has the same host as the one before.
  let last: { readonly host: string; readonly label: string | null; readonly isService: boolean } = {
    host: '',
    label: null,
    isService: false,
  };
  const named = (given: string) => {
    if (given !== last.host) {
      const behind = behindServiceName(given, hostPatterns);
      last = { host: given, label: hosts.labelOf(behind ?? given), isService: behind !== null };
    }
    return last;
  };
  /** If the host already says what the prefix says, the prefix adds nothing to the names in answers. */
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
      // On a function's own host every path belongs to the function.
      const found = !isService && url.startsWith(WORLD_PREFIX) ? BELOW_WORLD.exec(url) : null;
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
