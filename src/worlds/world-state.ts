import type { Fault } from '../journal/faults/fault.ts';
import type { Instant } from '../lib/clock.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import type { StoredText } from '../store/stored-text.ts';

/** State of a stored world besides its rows. Snapshots don't include it. */
export interface WorldState {
  readonly faults: readonly Fault[];
  /** The certificate authority for https, as PEM (default world only). */
  readonly authority?: string;
  /** When the default world was created. Other worlds have this in their record. */
  readonly createdAt?: Instant;
}

/** Parses a state that `changeState` stored; null before anything was stored. @throws DamagedData */
export function parseWorldState(text: string, world: string): WorldState | null {
  return text === '' ? null : parseStoredJson(text, `the state of the world \`${world}\``);
}

/** Stores a changed state. @param change returns only the changed members */
export function changeState<Result>(
  stored: StoredText,
  world: string,
  change: (before: WorldState) => readonly [after: Partial<WorldState>, result: Result],
): Promise<Result> {
  return stored.update((text) => {
    const before = parseWorldState(text, world) ?? { faults: [] };
    const [after, result] = change(before);
    return [JSON.stringify({ ...before, ...after }), result];
  });
}
