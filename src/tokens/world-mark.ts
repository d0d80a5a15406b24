import { DEFAULT_WORLD } from '../lib/world-id.ts';
import { sha256 } from './secret.ts';

const MARK_LENGTH = 12;

/**
 * Returns the mark of a world: 12 lower-case hexadecimal digits of the hash of its id. Its authorization codes start
 * with it, which identifies the world although the world index does not store codes.
 */
export function grantMarkOf(world: string): string {
  return sha256(world).slice(0, MARK_LENGTH);
}

/**
 * Returns the mark of NGC keys, after their prefix. Keys of the default world have none, so they stay as in the seed.
 */
export function keyMarkOf(world: string): string {
  return world === DEFAULT_WORLD ? '' : grantMarkOf(world);
}

/** Returns the start of a text, where a mark would be. */
export function readMark(text: string): string {
  return text.slice(0, MARK_LENGTH);
}

/** Replaces the start of a derived string with a mark, keeping its length. */
export function addMark(mark: string, drawn: string): string {
  return `${mark}${drawn.slice(mark.length)}`;
}
