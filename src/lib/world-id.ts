/** The world of every server, for requests that name no other. */
export const DEFAULT_WORLD = 'default';

export const WORLD_PREFIX = '/w/';

export const WORLD_HEADER = 'x-mock-world';

export function worldPathOf(id: string): string {
  return `${WORLD_PREFIX}${id}`;
}

/** Returns where the console shows a request. @param base the URL of a server, with the prefix of a world */
export function consoleUrlOf(base: string, kind: 'request' | 'decision', id: string): string {
  return `${base}/#/requests?${kind}=${id}`;
}

export const MAX_WORLD_ID_LENGTH = 32;

/** Ids are labels of host names (RFC 1123, 2.1), so that a world can have its own host. */
const WORLD_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

export const WORLD_ID_FORM = `1 to ${MAX_WORLD_ID_LENGTH} characters of a-z, 0-9 and inner hyphens`;

export function isWorldId(text: string): boolean {
  return WORLD_ID.test(text);
}

/** First labels of services' host names, such as `api-keys.localhost`, which a world's host name must not equal. */
export const RESERVED_WORLD_IDS: readonly string[] = ['ai', 'api-keys', 'integrate', 'llm'];

/** Returns why a world cannot have an id, as the rest of a sentence; null if it can. */
export function findWorldIdError(id: string): string | null {
  if (id === '') return `must be ${WORLD_ID_FORM}; it is empty`;
  if (!isWorldId(id)) return `must be ${WORLD_ID_FORM}; it is \`${id.slice(0, 2 * MAX_WORLD_ID_LENGTH)}\``;
  if (!RESERVED_WORLD_IDS.includes(id)) return null;
  return `must not be \`${id}\`, because host names of a service start with it. Choose another id`;
}

/** Adds the world to a name, such as a token's; the default world adds nothing. */
export function addWorldToName(name: string, world: string): string {
  return world === DEFAULT_WORLD ? name : `${name}.${world}`;
}

/** Returns a client id that is unique to its world; unchanged in the default world. */
export function addWorldToClientId(clientId: string, world: string): string {
  return world === DEFAULT_WORLD ? clientId : `${clientId}-${world}`;
}

export function worldOfName(name: string): string {
  const at = name.lastIndexOf('.');
  return at < 0 ? DEFAULT_WORLD : name.slice(at + 1);
}

/** Returns the suffix of a log line, because worlds share the log; empty for the default world. */
export function formatWorldForLog(id: string): string {
  return id === DEFAULT_WORLD ? '' : ` [world ${id}]`;
}
