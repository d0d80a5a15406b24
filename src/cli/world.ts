import { quote } from '../core/explaining/index.ts';
import { worldPath } from '../core/world-id.ts';

/** How many worlds a message names. */
const MOST_NAMED = 20;

/** The path that everything in a world is below; of none, the server's own. */
export function prefixOf(world: string | null): string {
  return world === null ? '' : worldPath(world);
}

/** The ids that `GET /_mock/worlds` answered; null where that was no such answer. */
export function worldIdsOf(body: unknown): readonly string[] | null {
  const { worlds } = (body ?? {}) as { readonly worlds?: unknown };
  if (!Array.isArray(worlds)) return null;
  return worlds.map((world: { readonly id?: unknown } | null) => String(world?.id));
}

/** Worlds in a sentence; of many, the first ones. */
export function worldsInWords(ids: readonly string[]): string {
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return `${quote(ids.slice(0, MOST_NAMED))}${more}`;
}
