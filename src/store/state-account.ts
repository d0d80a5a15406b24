import type { Quota } from '../core/quota.ts';
import { Unwritable } from './errors.ts';

const MEGABYTE = 1024 * 1024;

/** The memory that the rows of one world take, of the budget that all worlds of the process share. */
export class StateAccount {
  readonly #quota: Quota;
  readonly #free: number;
  #taken = 0;

  /** @param free how many bytes are not counted: those that it shares with the other worlds of its seed */
  constructor(quota: Quota, free: number) {
    this.#quota = quota;
    this.#free = free;
  }

  /** The world takes so many bytes from now on. @throws Unwritable if there is no room for more; nothing is changed then */
  hold(bytes: number): void {
    const more = this.#count(bytes) - this.#taken;
    if (more > 0 && !this.#quota.take(more)) throw full(this.#quota.bytes);
    if (more < 0) this.#quota.release(-more);
    this.#taken += more;
  }

  /** The same for what is there already. */
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
    `The objects of all worlds take the ${Math.round(bytes / MEGABYTE)} MB of memory that they may have (\`--max-state\`), so this was not ` +
      'stored. Delete objects or worlds, reset worlds, or start the server with more.',
  );
}
