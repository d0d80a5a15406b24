import { BoundedCache, type Budget } from '../core/bounded-cache.ts';
import type { Instant } from '../core/clock.ts';

/** A name, its time, and their place in the cache: estimated. */
const sizeOfDeletion = () => 200;

/** When the credentials of a world were deleted: the newest ones, until it is reset or the process ends. */
export class DeletedCredentials {
  readonly #times: BoundedCache<Instant>;

  constructor(budget: Budget) {
    this.#times = new BoundedCache<Instant>(budget, sizeOfDeletion);
  }

  /** @param names the id of a key or an identity, the hash of a key, and client ids */
  note(names: readonly string[], at: Instant): void {
    for (const name of names) this.#times.keep(name, at);
  }

  /** Null if it is not known that the credential with this name was deleted. */
  find(name: string): Instant | null {
    return this.#times.find(name) ?? null;
  }

  clear(): void {
    this.#times.clear();
  }
}
