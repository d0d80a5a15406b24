import type { Mode } from '../core/mode.ts';
import type { Fault } from '../faults/fault.ts';
import type { SharedText } from '../store/sharing.ts';

/** What drives a world, as it is kept, or as processes share it. No snapshot has it. */
export interface WorldState {
  readonly mode: Mode;
  readonly faults: readonly Fault[];
  /** The mode that the server was started with, for a process that has the world alone. */
  readonly begunMode?: Mode;
  /** What the fingerprints of its secrets depend on, once one of them was needed. */
  readonly fingerprintKey?: string;
}

/** What drives a world, where that outlives the process. */
export class SharedState {
  readonly #text: SharedText;
  readonly #first: WorldState;

  /** @param first what it begins with */
  constructor(text: SharedText, first: WorldState) {
    this.#text = text;
    this.#first = first;
  }

  get now(): WorldState {
    return this.#read(this.#text.text);
  }

  /** Finds out what other processes have made of it since the last request. */
  refresh(): Promise<void> {
    return this.#text.refresh();
  }

  /** @param change must not do anything but make the next state */
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
    // The text is what this class wrote.
    return text === '' ? this.#first : JSON.parse(text);
  }
}
