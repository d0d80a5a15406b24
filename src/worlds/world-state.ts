import type { Modes } from '../decisions/mode.ts';
import type { Fault } from '../faults/fault.ts';
import type { KeptState } from '../store/kept-state.ts';
import type { Instant } from '../time/clock.ts';

/** The state of a world besides its rows, where it outlives the process. No snapshot has it. */
export interface WorldState extends Modes {
  readonly faults: readonly Fault[];
  /** The modes that the server was started with. */
  readonly begunMode: Modes['mode'];
  readonly begunPrefer: boolean;
  /** For the default world: the authority of https, as PEM. */
  readonly authority?: string;
  /** When the default world was made. The store has that of the others. */
  readonly createdAt?: Instant;
}

/** The state in a text; null before anything was stored. */
export function stateIn(text: string): WorldState | null {
  if (text === '') return null;
  // `changeState` wrote the text, perhaps before there was `prefer`. In the same order, the same state is the same text.
  const kept: WorldState = JSON.parse(text);
  return { ...kept, prefer: kept.prefer ?? false, begunPrefer: kept.begunPrefer ?? false };
}

/**
 * Stores another state.
 *
 * @param begun the modes that the server was started with, which are the state before anything was stored
 * @param change must only return what changes
 */
export function changeState<Result>(
  kept: KeptState,
  begun: Modes,
  change: (before: WorldState) => readonly [after: Partial<WorldState>, result: Result],
): Promise<Result> {
  return kept.update((text) => {
    const { mode, prefer } = begun;
    const before = stateIn(text) ?? { mode, prefer, faults: [], begunMode: mode, begunPrefer: prefer };
    const [after, result] = change(before);
    return [JSON.stringify({ ...before, ...after }), result];
  });
}
