import type { Instant } from '../lib/clock.ts';
import { type SharedCache, WorldCache } from '../lib/memory.ts';

/** Remembers when the latest credentials of a world were deleted, until it is reset or the process ends. */
export class DeletedCredentials {
  readonly #times: WorldCache<Instant>;

  constructor(shared: SharedCache<Instant>) {
    this.#times = new WorldCache(shared);
  }

  /** @param names the id of a key or an identity, the hash of a key, and client ids */
  recordDeletion(names: readonly string[], at: Instant): void {
    for (const name of names) this.#times.set(name, at);
  }

  /** Returns null unless the credential is known to be deleted. */
  findDeletionTime(name: string): Instant | null {
    return this.#times.get(name) ?? null;
  }

  clear(): void {
    this.#times.clear();
  }
}
