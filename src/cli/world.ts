import { quote } from '../core/explaining/index.ts';
import { worldPath } from '../core/world-id.ts';

/** How many worlds a message names. */
const MOST_NAMED = 20;

/** The path that everything in a world is below; for null, the server's own. */
export function prefixOf(world: string | null): string {
  return world === null ? '' : worldPath(world);
}

/** The ids in an answer to `GET /_mock/worlds`; null if it is not such an answer. */
export function worldIdsOf(body: unknown): readonly string[] | null {
  const { worlds } = (body ?? {}) as { readonly worlds?: unknown };
  if (!Array.isArray(worlds)) return null;
  return worlds.map((world: { readonly id?: unknown } | null) => String(world?.id));
}

/** Lists worlds in a sentence; if there are many, only the first ones. */
export function worldsInWords(ids: readonly string[]): string {
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return `${quote(ids.slice(0, MOST_NAMED))}${more}`;
}
