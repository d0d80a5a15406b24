import { DEFAULT_WORLD } from '../lib/world-id.ts';
import { sha256 } from './secret.ts';

const MARK_LENGTH = 12;

/** Returns the mark of a world: 12 hexadecimal digits of its hash, at the start of its authorization codes. */
export function grantMarkOf(world: string): string {
  return sha256(world).slice(0, MARK_LENGTH);
}

/** Returns the mark of a world in NGC keys; empty for the default world, whose keys are as in the seed. */
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
