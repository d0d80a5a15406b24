import { UserError } from '../lib/errors.ts';
import { listNames } from '../lib/nearest.ts';
import { showValue } from '../lib/redact.ts';
import { worldPathOf } from '../lib/world-id.ts';

/** Returns the path prefix of a world; empty for null. */
export function prefixOf(world: string | null): string {
  return world === null ? '' : worldPathOf(world);
}

/** Returns the ids of all worlds, page by page; null if a response isn't a list of worlds. @param ask sends a GET */
export async function readWorldIds(ask: (path: string) => Promise<unknown>): Promise<readonly string[] | null> {
  const ids: string[] = [];
  let query = '';
  while (true) {
    const { worlds, next } = ((await ask(`/_mock/worlds${query}`)) ?? {}) as { worlds?: unknown; next?: unknown };
    if (!Array.isArray(worlds)) return null;
    for (const world of worlds as ({ readonly id?: unknown } | null)[]) ids.push(String(world?.id));
    if (typeof next !== 'string' || worlds.length === 0) return ids;
    query = `?after=${encodeURIComponent(next)}`;
  }
}

/** Lists the existing worlds, for a sentence about an unknown one. */
export function listWorlds(unknown: string, ids: readonly string[]): string {
  return listNames(unknown, ids, '`GET /_mock/worlds`');
}

const WORLD_PATH = /^\/w\/([^/]+)\/?$/;

/** Splits a URL into server and world. @param worldId default: the world of the URL @throws UserError for others */
export function locateWorld(url: string, worldId?: string): { readonly root: string; readonly world: string | null } {
  const shownUrl = showValue(url);
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UserError(`--url ${shownUrl} is not an http or https URL, such as \`http://mock:6625\`.`);
  }
  const { origin: root, pathname, search, hash } = new URL(url);
  const urlWorld = WORLD_PATH.exec(pathname)?.[1] ?? null;
  if ((urlWorld === null && pathname !== '/') || search + hash !== '') {
    throw new UserError(
      `--url ${shownUrl} is not the URL of a server, such as \`http://mock:6625\`, or of a world, such as \`http://mock:6625${worldPathOf('team-a')}\`.`,
    );
  }
  if (urlWorld !== null && worldId !== undefined && urlWorld !== worldId) {
    throw new UserError(
      `--url ${shownUrl} has the world \`${urlWorld}\`, but --world is \`${worldId}\`. Keep one of them.`,
    );
  }
  return { root, world: worldId ?? urlWorld };
}
