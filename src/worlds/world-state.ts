import type { Instant } from '../core/clock.ts';
import type { Mode } from '../core/mode.ts';
import type { Fault } from '../faults/fault.ts';
import type { KeptState } from '../store/kept-state.ts';

/** The state of a world besides its rows, where it outlives the process. No snapshot has it. */
export interface WorldState {
  readonly mode: Mode;
  readonly faults: readonly Fault[];
  /** The mode that the server was started with. */
  readonly begunMode: Mode;
  /** For the default world: the authority of https, as PEM. */
  readonly authority?: string;
  /** When the default world was made. The store has that of the others. */
  readonly createdAt?: Instant;
}

/** The state in a text; null before anything was stored. */
export function stateIn(text: string): WorldState | null {
  // `changeState` wrote the text.
  return text === '' ? null : JSON.parse(text);
}

/**
 * Stores another state.
 *
 * @param begunMode the mode that the server was started with, which is the state before anything was stored
 * @param change must only return what changes
 */
export function changeState<Result>(
  kept: KeptState,
  begunMode: Mode,
  change: (before: WorldState) => readonly [after: Partial<WorldState>, result: Result],
): Promise<Result> {
  return kept.update((text) => {
    const before = stateIn(text) ?? { mode: begunMode, faults: [], begunMode };
    const [after, result] = change(before);
    return [JSON.stringify({ ...before, ...after }), result];
  });
}
