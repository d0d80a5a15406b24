/** The world of every server, for requests that name no other. */
export const DEFAULT_WORLD = 'default';

/** The path prefix of worlds. */
export const WORLD_PREFIX = '/w/';

/** The header that names a world. */
export const WORLD_HEADER = 'x-mock-world';

/** The path prefix of a world. */
export function worldPath(id: string): string {
  return `${WORLD_PREFIX}${id}`;
}

/** The largest length of a world's id. */
export const MAX_WORLD_ID = 32;

/** Ids are labels of host names (RFC 1123, 2.1), so that a world can have its own host. */
const WORLD_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

/** The form of an id, for messages. */
export const WORLD_ID_FORM = `1 to ${MAX_WORLD_ID} characters of a-z, 0-9 and inner hyphens`;

export function isWorldId(text: string): boolean {
  return WORLD_ID.test(text);
}

/**
 * The first labels of host names of services, such as `api-keys.localhost`: a world with such an id would have the same
 * host name.
 */
export const RESERVED_WORLD_IDS: readonly string[] = ['ai', 'api-keys', 'integrate', 'llm'];

/** Why no world can be made with an id, as the rest of a sentence; null if one can. */
export function worldIdFault(id: string): string | null {
  if (id === '') return `must be ${WORLD_ID_FORM}; it is empty`;
  if (!isWorldId(id)) return `must be ${WORLD_ID_FORM}; it is \`${id.slice(0, 2 * MAX_WORLD_ID)}\``;
  if (!RESERVED_WORLD_IDS.includes(id)) return null;
  return `must not be \`${id}\`, because a service has host names that begin with it. Choose another id`;
}

/** Adds the world to a name, such as a token's; the default world adds nothing. */
export function nameInWorld(name: string, world: string): string {
  return world === DEFAULT_WORLD ? name : `${name}.${world}`;
}

/** A client id that is unique to its world; in the default world, the given one. */
export function clientIdInWorld(given: string, world: string): string {
  return world === DEFAULT_WORLD ? given : `${given}-${world}`;
}

/** The world that a name made by `nameInWorld` belongs to. */
export function worldOfName(name: string): string {
  const at = name.lastIndexOf('.');
  return at < 0 ? DEFAULT_WORLD : name.slice(at + 1);
}

/** The suffix of a log line, because the worlds of a server share the log; empty for the default world. */
export function worldInLog(id: string): string {
  return id === DEFAULT_WORLD ? '' : ` [world ${id}]`;
}
