import type { Instant } from '../core/clock.ts';
import type { Mode } from '../core/mode.ts';
import type { Fault } from '../faults/fault.ts';
import type { SharedText } from '../store/sharing.ts';

/** The state that drives a world, as it is kept, or as processes share it. No snapshot has it. */
export interface WorldState {
  readonly mode: Mode;
  readonly faults: readonly Fault[];
  /** The mode that the server was started with, for a process that has the world alone. */
  readonly begunMode?: Mode;
  /** The key of its secrets' fingerprints, once one was needed. */
  readonly fingerprintKey?: string;
  /** The authority of https as PEM, which all processes of the default world share. */
  readonly authority?: string;
  /** When the default world was made. The stores have that of the others. */
  readonly createdAt?: Instant;
}

/** The state that drives a world, where it outlives the process. */
export class SharedState {
  readonly #text: SharedText;
  readonly #first: WorldState;

  /** @param first the initial state */
  constructor(text: SharedText, first: WorldState) {
    this.#text = text;
    this.#first = first;
  }

  get now(): WorldState {
    return this.#read(this.#text.text);
  }

  /** Reads the changes of other processes since the last request. */
  refresh(): Promise<void> {
    return this.#text.refresh();
  }

  /** @param change must only return the next state */
  update<Result>(
    change: (before: WorldState) => readonly [after: Partial<WorldState>, result: Result],
  ): Promise<Result> {
    return this.#text.update((text) => {
      const before = this.#read(text);
      const [after, result] = change(before);
      return [JSON.stringify({ ...before, ...after }), result];
    });
  }

  #read(text: string): WorldState {
    // This class wrote the text.
    return text === '' ? this.#first : JSON.parse(text);
  }
}
