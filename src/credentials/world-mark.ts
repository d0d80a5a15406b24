import { DEFAULT_WORLD } from '../addresses/world-id.ts';
import { sha256 } from './secret.ts';

const MARK_LENGTH = 12;

/**
 * The mark of a world: 12 lower-case hexadecimal digits of the hash of its id. Its authorization codes begin
 * with it. The mark leads to the world, although the world index stores nothing about them.
 */
export function grantMark(world: string): string {
  return sha256(world).slice(0, MARK_LENGTH);
}

/** The mark of NGC keys, after their prefix. Keys of the default world have none: they stay as its seed has them. */
export function worldMark(world: string): string {
  return world === DEFAULT_WORLD ? '' : grantMark(world);
}

/** The beginning of a text, where a mark would be. */
export function markIn(text: string): string {
  return text.slice(0, MARK_LENGTH);
}

/** Replaces the beginning of a drawn text with a mark, so that its length stays. */
export function addMark(mark: string, drawn: string): string {
  return `${mark}${drawn.slice(mark.length)}`;
}
