import { MEGABYTE } from '../core/bounded-cache.ts';
import type { Quota } from '../core/quota.ts';
import { Unwritable } from './errors.ts';

/** Memory that several worlds and snapshots may have at once. It counts once, for as long as any of them has it. */
export interface Share {
  readonly bytes: number;
  /** What it refers to, and keeps in memory; null if it needs nothing else. */
  readonly base: Share | null;
}

const NO_SHARES: readonly Share[] = [];

/** Counts what worlds and snapshots have in memory against one quota (`--max-state`). */
export class StateAccounts {
  readonly quota: Quota;
  readonly #holders = new Map<Share, number>();

  constructor(quota: Quota) {
    this.quota = quota;
  }

  open(): StateAccount {
    return new StateAccount(this);
  }

  /** @returns the bytes that nobody had before */
  add(share: Share): number {
    const holders = this.#holders.get(share) ?? 0;
    this.#holders.set(share, holders + 1);
    if (holders > 0) return 0;
    return share.bytes + (share.base === null ? 0 : this.add(share.base));
  }

  /** @returns the bytes that nobody has any more */
  remove(share: Share): number {
    const holders = (this.#holders.get(share) ?? 0) - 1;
    if (holders > 0) this.#holders.set(share, holders);
    else this.#holders.delete(share);
    if (holders > 0) return 0;
    return share.bytes + (share.base === null ? 0 : this.remove(share.base));
  }
}

/** The memory of one world or snapshot: bytes of its own, and its shares. */
export class StateAccount {
  readonly #all: StateAccounts;
  #own = 0;
  #shares = NO_SHARES;

  constructor(all: StateAccounts) {
    this.#all = all;
  }

  /** Sets what it has. @throws Unwritable if that exceeds the quota; then nothing is changed */
  hold(own: number, shares: readonly Share[] = this.#shares): void {
    if (!this.tryHold(own, shares)) throw full(this.#all.quota.bytes);
  }

  /** Sets what it has. @returns false if that exceeds the quota; then nothing is changed */
  tryHold(own: number, shares: readonly Share[] = this.#shares): boolean {
    const before = this.#shares;
    const more = own - this.#own + this.#replace(shares);
    if (more > 0 && !this.#all.quota.take(more)) {
      this.#replace(before);
      return false;
    }
    if (more < 0) this.#all.quota.release(-more);
    this.#own = own;
    return true;
  }

  /** Sets what it has, beyond the quota if necessary: it is in memory already, or takes less than before. */
  holdAnyway(own: number, shares: readonly Share[] = this.#shares): void {
    this.#all.quota.takeAnyway(own - this.#own + this.#replace(shares));
    this.#own = own;
  }

  release(): void {
    this.holdAnyway(0, NO_SHARES);
  }

  /** @returns how many more bytes the new shares take */
  #replace(shares: readonly Share[]): number {
    const before = this.#shares;
    if (shares === before) return 0;
    let more = 0;
    // New ones first: they may be the same, or refer to the same.
    for (const share of shares) more += this.#all.add(share);
    for (const share of before) more -= this.#all.remove(share);
    this.#shares = shares;
    return more;
  }
}

function full(bytes: number): Unwritable {
  return new Unwritable(
    'full',
    `The objects of all worlds fill the ${Math.round(bytes / MEGABYTE)} MB of memory that \`--max-state\` allows, so this was not ` +
      'stored. Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
}
