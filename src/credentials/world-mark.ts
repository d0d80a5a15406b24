import { hash } from 'node:crypto';
import { DEFAULT_WORLD } from '../core/world-id.ts';

const MARK_LENGTH = 12;

/**
 * What the texts of a world begin with that carry no name of it: NGC keys behind their prefix, refresh tokens and codes.
 * 12 lower-case hexadecimal digits of the hash of its id; empty for the default world. So a credential leads to its world
 * although nothing is kept of it.
 */
export function worldMark(world: string): string {
  return world === DEFAULT_WORLD ? '' : hash('sha256', world, 'hex').slice(0, MARK_LENGTH);
}

/** What stands where a mark would. */
export function markIn(text: string): string {
  return text.slice(0, MARK_LENGTH);
}

/** A drawn text with a world's mark at its beginning, as long as before. */
export function marked(mark: string, drawn: string): string {
  return `${mark}${drawn.slice(mark.length)}`;
}
