import { MEGABYTE } from '../memory/bytes.ts';
import type { Quota } from '../memory/quota.ts';
import { WriteFailure } from './errors.ts';

/** Data in memory that several worlds and snapshots may share. */
export interface SharedData {
  /** In bytes, without the parts. */
  readonly weight: number;
  /** Further data that this keeps in memory. */
  readonly parts?: readonly SharedData[];
}

/**
 * Counts the memory of all worlds and snapshots against one quota (`--max-state`). Shared data counts once, until its
 * last user releases it.
 */
export class StateMemory {
  /** For the objects of all worlds and snapshots together. */
  readonly quota: Quota;
  readonly #holders = new Map<SharedData, number>();

  constructor(quota: Quota) {
    this.quota = quota;
  }

  /** Counts data that is already in memory, even beyond the quota. */
  hold(data: SharedData): void {
    const holders = this.#holders.get(data) ?? 0;
    this.#holders.set(data, holders + 1);
    if (holders > 0) return;
    this.quota.forceTake(data.weight);
    for (const part of data.parts ?? []) this.hold(part);
  }

  /** Releases one use of the data. */
  release(data: SharedData): void {
    const holders = (this.#holders.get(data) ?? 0) - 1;
    if (holders > 0) {
      this.#holders.set(data, holders);
      return;
    }
    this.#holders.delete(data);
    this.quota.release(data.weight);
    for (const part of data.parts ?? []) this.release(part);
  }

  /** Adjusts the count after counted data has grown or (negative) shrunk. */
  adjust(bytes: number): void {
    this.quota.forceTake(bytes);
  }

  /** Reserves memory for data that will be needed soon. Call `unreserve` later. @throws WriteFailure if there isn't enough */
  reserve(bytes: number): void {
    if (bytes > 0 && !this.quota.take(bytes)) throw fullError(this.quota.limit);
  }

  /** Returns how many bytes of the data aren't counted yet. */
  uncountedBytes(data: SharedData): number {
    if (this.#holders.has(data)) return 0;
    let bytes = data.weight;
    for (const part of data.parts ?? []) bytes += this.uncountedBytes(part);
    return bytes;
  }

  /** @throws WriteFailure if there isn't enough memory left */
  assertRoom(bytes: number): void {
    this.reserve(bytes);
    this.unreserve(bytes);
  }

  unreserve(bytes: number): void {
    this.quota.release(bytes);
  }
}

function fullError(bytes: number): WriteFailure {
  return new WriteFailure(
    'full',
    `The objects of all worlds fill the ${Math.round(bytes / MEGABYTE)} MB of memory that \`--max-state\` allows, so nothing was ` +
      'stored. Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
}
