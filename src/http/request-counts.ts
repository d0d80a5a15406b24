/** Counts the answered requests of vendors' services since the server started. */
export class RequestCounts {
  readonly #requests = new Map<string, Map<number, number>>();
  readonly #refusals = new Map<string, number>();

  /** @param reason null if the request was not refused */
  add(service: string, status: number, reason: string | null): void {
    const statuses = this.#requests.get(service) ?? new Map<number, number>();
    this.#requests.set(service, statuses);
    increment(statuses, status);
    if (reason !== null) increment(this.#refusals, reason);
  }

  read() {
    const byService = [...this.#requests].map(
      ([service, statuses]) => [service, Object.fromEntries(statuses)] as const,
    );
    return { requests: Object.fromEntries(byService), refusals: Object.fromEntries(this.#refusals) };
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
