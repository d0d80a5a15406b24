import { type SharedCache, WorldCache } from '../memory/caches.ts';
import type { Instant } from '../time/clock.ts';

/** When the credentials of a world were deleted: the newest ones, until it is reset or the process ends. */
export class DeletedCredentials {
  readonly #times: WorldCache<Instant>;

  constructor(shared: SharedCache<Instant>) {
    this.#times = new WorldCache(shared);
  }

  /** @param names the id of a key or an identity, the hash of a key, and client ids */
  note(names: readonly string[], at: Instant): void {
    for (const name of names) this.#times.set(name, at);
  }

  /** Null if it is not known that the credential with this name was deleted. */
  find(name: string): Instant | null {
    return this.#times.get(name) ?? null;
  }

  clear(): void {
    this.#times.clear();
  }
}
