import { quote } from '../core/explaining/index.ts';
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
