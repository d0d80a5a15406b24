import { quote } from '../core/explaining/index.ts';
import { Unusable } from '../core/unusable.ts';
import { worldPath } from '../core/world-id.ts';

/** How many worlds a message names. */
const MOST_NAMED = 20;

/** The path that everything in a world is below; for null, the server's own. */
export function prefixOf(world: string | null): string {
  return world === null ? '' : worldPath(world);
}

/**
 * The ids of all worlds, page after page.
 *
 * @param ask the body of the answer to `GET`, as a value
 * @returns null if an answer is not a list of worlds
 */
export async function worldIds(ask: (path: string) => Promise<unknown>): Promise<readonly string[] | null> {
  const ids: string[] = [];
  for (let query = ''; ; ) {
    const { worlds, next } = ((await ask(`/_mock/worlds${query}`)) ?? {}) as { worlds?: unknown; next?: unknown };
    if (!Array.isArray(worlds)) return null;
    ids.push(...worlds.map((world: { readonly id?: unknown } | null) => String(world?.id)));
    if (typeof next !== 'string' || worlds.length === 0) return ids;
    query = `?after=${encodeURIComponent(next)}`;
  }
}

/** Lists worlds in a sentence; if there are many, only the first ones. */
export function worldsInWords(ids: readonly string[]): string {
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return `${quote(ids.slice(0, MOST_NAMED))}${more}`;
}

/** A server, and the world in it that a client uses. */
export interface Place {
  /** The server's URL as the client has it, without a path. */
  readonly root: string;
  /** The world that the client names by flag or path; null if it names none. */
  readonly world: string | null;
  /** What all of the client's paths are below. */
  readonly base: string;
}

/** The path of a client that has a world's prefix in its URL. */
const WORLD_PATH = /^\/w\/([^/]+)\/?$/;

/**
 * @param url as the client has it, with the prefix of a world if any
 * @param named the world that the client uses; null: that of the URL
 * @throws Unusable for anything but a URL of a server or of its world
 */
export function placeOf(url: string, named: string | null): Place {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new Unusable(`--url ${url} is not an http or https URL, such as \`http://mock:6625\`.`);
  }
  const { origin: root, pathname, search, hash } = new URL(url);
  const ofUrl = WORLD_PATH.exec(pathname)?.[1] ?? null;
  const more = `${ofUrl === null && pathname !== '/' ? pathname : ''}${search}${hash}`;
  if (more !== '') {
    throw new Unusable(
      `--url ${url} has \`${more}\` behind the address; expected the URL of a server, such as \`${root}\`, or of a world in it, such as \`${root}${worldPath('team-a')}\`.`,
    );
  }
  if (ofUrl !== null && named !== null && ofUrl !== named) {
    throw new Unusable(
      `--url ${url} leads into the world \`${ofUrl}\`, but --world says \`${named}\`. Keep one of them.`,
    );
  }
  const world = named ?? ofUrl;
  return { root, world, base: `${root}${prefixOf(world)}` };
}
