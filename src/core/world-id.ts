/** The world that a server begins with, and that a request is about which names no other. */
export const DEFAULT_WORLD = 'default';

/** What paths in worlds begin with. */
export const WORLD_PREFIX = '/w/';

/** The header that names a world. */
export const WORLD_HEADER = 'x-mock-world';

/** The path below the root of a server that everything in a world is below. */
export function worldPath(id: string): string {
  return `${WORLD_PREFIX}${id}`;
}

/** The longest id of a world. */
export const MOST_WORLD_ID = 32;

/** Ids are labels of host names (RFC 1123, 2.1), so that a world can be reached by a host of its own. */
const WORLD_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/** What an id has to look like, for messages. */
export const WORLD_ID_FORM = `1 to ${MOST_WORLD_ID} characters of a-z, 0-9 and inner hyphens`;

export function isWorldId(text: string): boolean {
  return WORLD_ID.test(text);
}

/** What a name is called in a world: tokens carry their world at its end, except those of the default one. */
export function nameInWorld(name: string, world: string): string {
  return world === DEFAULT_WORLD ? name : `${name}.${world}`;
}

/** A client id that no other world has; the given one in the default world. */
export function clientIdInWorld(given: string, world: string): string {
  return world === DEFAULT_WORLD ? given : `${given}-${world}`;
}

/** The world that a name of `nameInWorld` is of. */
export function worldOfName(name: string): string {
  const at = name.lastIndexOf('.');
  return at < 0 ? DEFAULT_WORLD : name.slice(at + 1);
}

/** What a line of the log ends with, because the worlds of a server share it: nothing for the default world. */
export function worldInLog(id: string): string {
  return id === DEFAULT_WORLD ? '' : ` [world ${id}]`;
}
