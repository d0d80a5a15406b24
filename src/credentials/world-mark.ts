import { hash } from 'node:crypto';
import { DEFAULT_WORLD } from '../core/world-id.ts';

const MARK_LENGTH = 12;

/**
 * What a world's refresh tokens and codes begin with: 12 lower-case hexadecimal digits of the hash of its id. They lead
 * to their world by it although nothing is stored about them.
 */
export function grantMark(world: string): string {
  return hash('sha256', world, 'hex').slice(0, MARK_LENGTH);
}

/**
 * The same for NGC keys, after their prefix. Keys of the default world have no mark: they stay as its seed has them.
 */
export function worldMark(world: string): string {
  return world === DEFAULT_WORLD ? '' : grantMark(world);
}

/** The part of a text in which a mark would be. */
export function markIn(text: string): string {
  return text.slice(0, MARK_LENGTH);
}

/** A drawn text with a world's mark at its beginning, and the same length as before. */
export function addMark(mark: string, drawn: string): string {
  return `${mark}${drawn.slice(mark.length)}`;
}
