import { MEGABYTE, type Quota } from '../lib/memory.ts';
import { TooMuchData, WriteFailure } from './errors.ts';

/** By how much the stored worlds may exceed the quota at the start: two estimates of the same rows may differ slightly. */
const START_TOLERANCE = 1.1;

/** Data in memory that several worlds and snapshots may share. */
export interface SharedData {
  /** The bytes of the data itself, without its parts. */
  readonly weight: number;
  /** Further data that this data keeps in memory. */
  readonly parts?: readonly SharedData[];
}

/** Counts worlds and snapshots against one quota (`--max-state`): shared data once, until its last user releases it. */
export class StateMemory {
  readonly quota: Quota;
  readonly #holderCounts = new Map<SharedData, number>();

  constructor(quota: Quota) {
    this.quota = quota;
  }

  /** Counts data that is already in memory, even beyond the quota. */
  hold(data: SharedData): void {
    const holderCount = this.#holderCounts.get(data) ?? 0;
    this.#holderCounts.set(data, holderCount + 1);
    if (holderCount > 0) return;
    this.quota.forceTake(data.weight);
    for (const part of data.parts ?? []) this.hold(part);
  }

  /** Ends one use of the data, which no longer counts after the last one. */
  release(data: SharedData): void {
    const holderCount = (this.#holderCounts.get(data) ?? 0) - 1;
    if (holderCount > 0) {
      this.#holderCounts.set(data, holderCount);
      return;
    }
    this.#holderCounts.delete(data);
    this.quota.release(data.weight);
    for (const part of data.parts ?? []) this.release(part);
  }

  /** Adjusts the count after counted data has grown or (negative) shrunk. */
  adjust(bytes: number): void {
    this.quota.forceTake(bytes);
  }

  /** Counts memory for data that is about to be created. @throws WriteFailure if there isn't enough */
  reserve(bytes: number): void {
    if (bytes <= 0 || this.quota.take(bytes)) return;
    throw new WriteFailure(
      'full',
      `The objects of all worlds fill the ${Math.round(this.quota.limit / MEGABYTE)} MB of memory that \`--max-state\` allows, so nothing was ` +
        'stored. Delete objects or worlds, reset worlds, or start the server with a higher limit.',
    );
  }

  /** Returns how many bytes of the data aren't counted yet. */
  uncountedBytes(data: SharedData): number {
    if (this.#holderCounts.has(data)) return 0;
    let bytes = data.weight;
    for (const part of data.parts ?? []) bytes += this.uncountedBytes(part);
    return bytes;
  }

  /** Throws if this many bytes cannot be reserved. @throws WriteFailure */
  assertRoom(bytes: number): void {
    this.reserve(bytes);
    this.unreserve(bytes);
  }

  /** @param bytes the memory of the stored worlds read so far @throws TooMuchData if it is clearly beyond the quota */
  assertStartFits(bytes = this.quota.used): void {
    if (bytes > START_TOLERANCE * this.quota.limit) throw new TooMuchData(this.quota.limit);
  }

  /** Ends a reservation, because the data is counted now or was not created. */
  unreserve(bytes: number): void {
    this.quota.release(bytes);
  }
}
