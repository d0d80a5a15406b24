import { MEGABYTE } from '../memory/bytes.ts';
import type { Quota } from '../memory/quota.ts';
import { Unwritable } from './errors.ts';

/** Something in memory that several worlds and snapshots may have at once. */
export interface Weighed {
  /** In bytes, without its parts. */
  readonly weight: number;
  /** What it has in memory, too. It keeps these as long as it is held itself. */
  readonly parts?: readonly Weighed[];
}

/**
 * Counts what all worlds and snapshots of a process have in memory against one quota (`--max-state`). What several of
 * them have counts once, for as long as any of them has it.
 */
export class StateMemory {
  /** For the objects of all worlds and snapshots together. */
  readonly quota: Quota;
  readonly #holders = new Map<Weighed, number>();

  constructor(quota: Quota) {
    this.quota = quota;
  }

  /** Counts something, beyond the quota if necessary: it is in memory already. */
  hold(one: Weighed): void {
    const holders = this.#holders.get(one) ?? 0;
    this.#holders.set(one, holders + 1);
    if (holders > 0) return;
    this.quota.takeAnyway(one.weight);
    for (const part of one.parts ?? []) this.hold(part);
  }

  /** Somebody has it no longer. */
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

  /** Something that is held has so many bytes more than it had, or less. */
  grow(bytes: number): void {
    this.quota.takeAnyway(bytes);
  }

  /** Takes room for what will be in memory in a moment, if that is anything. To be released. @throws Unwritable if there is none */
  reserve(bytes: number): void {
    if (bytes > 0 && !this.quota.take(bytes)) throw full(this.quota.bytes);
  }

  /** How many bytes something has that nobody holds yet. */
  missing(one: Weighed): number {
    if (this.#holders.has(one)) return 0;
    let bytes = one.weight;
    for (const part of one.parts ?? []) bytes += this.missing(part);
    return bytes;
  }

  /** @throws Unwritable if there is no room for so many bytes more */
  check(bytes: number): void {
    this.reserve(bytes);
    this.unreserve(bytes);
  }

  /** Gives back room that was reserved. */
  unreserve(bytes: number): void {
    this.quota.release(bytes);
  }
}

function full(bytes: number): Unwritable {
  return new Unwritable(
    'full',
    `The objects of all worlds fill the ${Math.round(bytes / MEGABYTE)} MB of memory that \`--max-state\` allows, so this was not ` +
      'stored. Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
}
