import { MEGABYTE } from '../memory/bytes.ts';
import type { Quota } from '../memory/quota.ts';
import { Unwritable } from './errors.ts';

/** Data in memory that several worlds and snapshots may share. */
export interface Weighed {
  /** In bytes, without the parts. */
  readonly weight: number;
  /** Further data that this keeps in memory. */
  readonly parts?: readonly Weighed[];
}

/**
 * Counts the memory of all worlds and snapshots against one quota (`--max-state`). Shared data counts once, until its
 * last user releases it.
 */
export class StateMemory {
  /** For the objects of all worlds and snapshots together. */
  readonly quota: Quota;
  readonly #holders = new Map<Weighed, number>();

  constructor(quota: Quota) {
    this.quota = quota;
  }

  /** Counts data that is already in memory, even beyond the quota. */
  hold(one: Weighed): void {
    const holders = this.#holders.get(one) ?? 0;
    this.#holders.set(one, holders + 1);
    if (holders > 0) return;
    this.quota.takeAnyway(one.weight);
    for (const part of one.parts ?? []) this.hold(part);
  }

  /** Releases one use of the data. */
  release(one: Weighed): void {
    const holders = (this.#holders.get(one) ?? 0) - 1;
    if (holders > 0) {
      this.#holders.set(one, holders);
      return;
    }
    this.#holders.delete(one);
    this.quota.release(one.weight);
    for (const part of one.parts ?? []) this.release(part);
  }

  /** Adjusts the count after counted data has grown or (negative) shrunk. */
  grow(bytes: number): void {
    this.quota.takeAnyway(bytes);
  }

  /** Reserves memory for data that will be needed soon. Call `unreserve` later. @throws Unwritable if there isn't enough */
  reserve(bytes: number): void {
    if (bytes > 0 && !this.quota.take(bytes)) throw full(this.quota.bytes);
  }

  /** Returns how many bytes of the data aren't counted yet. */
  missing(one: Weighed): number {
    if (this.#holders.has(one)) return 0;
    let bytes = one.weight;
    for (const part of one.parts ?? []) bytes += this.missing(part);
    return bytes;
  }

  /** @throws Unwritable if there isn't enough memory left */
  check(bytes: number): void {
    this.reserve(bytes);
    this.unreserve(bytes);
  }

  unreserve(bytes: number): void {
    this.quota.release(bytes);
  }
}

function full(bytes: number): Unwritable {
  return new Unwritable(
    'full',
    `The objects of all worlds fill the ${Math.round(bytes / MEGABYTE)} MB of memory that \`--max-state\` allows, so nothing was ` +
      'stored. Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
}
