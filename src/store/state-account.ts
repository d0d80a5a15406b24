import type { Quota } from '../core/quota.ts';
import { Unwritable } from './errors.ts';

const MEGABYTE = 1024 * 1024;

/** Counts the memory of one world's rows against the quota that all worlds of the process share. */
export class StateAccount {
  readonly #quota: Quota;
  readonly #free: number;
  #taken = 0;

  /** @param free the bytes that are not counted, because the world shares them with other worlds of its seed */
  constructor(quota: Quota, free: number) {
    this.#quota = quota;
    this.#free = free;
  }

  /** Sets the bytes of the world. @throws Unwritable if they exceed the quota; then nothing is changed */
  hold(bytes: number): void {
    const more = this.#count(bytes) - this.#taken;
    if (more > 0 && !this.#quota.take(more)) throw full(this.#quota.bytes);
    if (more < 0) this.#quota.release(-more);
    this.#taken += more;
  }

  /** Sets the bytes of the world even if they exceed the quota, because the rows are in memory already. */
  holdAnyway(bytes: number): void {
    const more = this.#count(bytes) - this.#taken;
    this.#quota.takeAnyway(more);
    this.#taken += more;
  }

  #count(bytes: number): number {
    return Math.max(0, bytes - this.#free);
  }
}

function full(bytes: number): Unwritable {
  return new Unwritable(
    'full',
    `The objects of all worlds fill the ${Math.round(bytes / MEGABYTE)} MB of memory that \`--max-state\` allows, so this was not ` +
      'stored. Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
}
