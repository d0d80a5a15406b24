import { hash } from 'node:crypto';
import { DEFAULT_WORLD } from '../core/world-id.ts';

const MARK_LENGTH = 12;

/**
 * What refresh tokens and codes of a world begin with: 12 lower-case hexadecimal digits of the hash of its id. So they
 * lead to their world although nothing is kept of them.
 */
export function grantMark(world: string): string {
  return hash('sha256', world, 'hex').slice(0, MARK_LENGTH);
}

/** The same of NGC keys, behind their prefix. Those of the default world are as its seed has them: it has none. */
export function worldMark(world: string): string {
  return world === DEFAULT_WORLD ? '' : grantMark(world);
}

/** What stands where a mark would. */
export function markIn(text: string): string {
  return text.slice(0, MARK_LENGTH);
}

/** A drawn text with a world's mark at its beginning, as long as before. */
export function addMark(mark: string, drawn: string): string {
  return `${mark}${drawn.slice(mark.length)}`;
}
