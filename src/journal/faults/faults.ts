import { Problem } from '../../decisions/problem.ts';
import type { Instant } from '../../lib/clock.ts';
import type { Quota } from '../../lib/memory.ts';
import { drawAt } from '../../lib/random.ts';
import { clearTimeout, setTimeout } from '../../lib/time.ts';
import { Mutex } from '../../store/mutex.ts';
import type { Facts } from '../match.ts';
import type { Fault, FaultOrder } from './fault.ts';
import { estimateFaultBytes, FaultList, type FaultPart, isInForce, type Moment } from './list.ts';

/** Stores all faults of a world, with their counters. */
export type SaveFaults = (faults: readonly Fault[]) => Promise<void>;

export class Faults {
  readonly #series: string;
  readonly #save: SaveFaults | null;
  readonly #mutex = new Mutex();
  readonly #onEnded: (fault: Fault) => void;
  readonly #quota: Quota;
  /** This world's share of the quota. */
  #bytes = 0;
  /** Callbacks of delayed requests, with the id of the fault that delays each. */
  readonly #pauses = new Map<() => void, string>();
  #list = new FaultList();
  #added = 0;
  #hasEnded = false;
  #isEmpty = true;

  /** @param onEnded not called for withdrawn faults @param save null if the faults end with the process */
  constructor(
    series: string,
    quota: Quota,
    onEnded: (fault: Fault) => void = () => {},
    save: SaveFaults | null = null,
  ) {
    this.#series = series;
    this.#quota = quota;
    this.#onEnded = onEnded;
    this.#save = save;
  }

  /** Fast path for every request: usually there are no faults. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** @throws Problem `conflict` if the faults are too many or too large */
  async add(order: FaultOrder, now: Instant): Promise<Fault> {
    await this.sweep(now);
    const bytes = estimateFaultBytes(order);
    if (!this.#quota.take(bytes)) {
      const { used, limit } = this.#quota;
      const kB = (amount: number) => `${Math.ceil(amount / 1024)} kB`;
      throw new Problem(
        'conflict',
        `The faults of all worlds of this server may use ${kB(limit)} of memory. ${kB(used)} are in use, and this fault needs ${kB(bytes)}. Delete some with \`DELETE /_mock/faults\`, or match fewer members of the body.`,
      );
    }
    try {
      this.#added += 1;
      const id = `${this.#series}-f${this.#added}`;
      return await this.#change((list) => list.add(id, order, now));
    } finally {
      // The list of faults now includes this size.
      this.#quota.release(bytes);
    }
  }

  /** Oldest first. The newest faults that ended stay listed until they are removed. */
  list(): readonly Fault[] {
    return this.#list.all;
  }

  listInForce(): readonly Fault[] {
    return this.#list.all.filter(isInForce);
  }

  find(id: string): Fault | undefined {
    return this.#list.find(id);
  }

  /** @returns whether the fault existed */
  async remove(id: string): Promise<boolean> {
    return (await this.#remove((fault) => fault.id === id)).length > 0;
  }

  /** Removes a fault whose owner knows that it was never injected, without a report. @returns whether it existed */
  async withdraw(id: string): Promise<boolean> {
    return (await this.#change((list) => list.remove((fault) => fault.id === id))).length > 0;
  }

  async clear(): Promise<void> {
    await this.#remove(() => true);
  }

  /** Ends the faults whose time is over. */
  async sweep(now: Instant): Promise<void> {
    const isOver = ({ until }: Fault) => until !== null && until <= now;
    if (!this.listInForce().some(isOver)) return;
    for (const fault of await this.#change((list) => list.endUntil(now))) this.#onEnded(fault);
  }

  /** Returns whether the principal decides which faults match a request. */
  needsPrincipal(moment: Moment, facts: Facts, part: FaultPart): boolean {
    return this.#list.needsPrincipal(moment, facts, part);
  }

  /** Injects the first fault that is due; the faults it shadows count the request, too. */
  async inject(moment: Moment, facts: Facts, now: Instant, part: FaultPart = 'all'): Promise<Fault | null> {
    await this.sweep(now);
    if (!this.#list.matchesAny(moment, facts, part)) return null;
    return this.#change((list) => list.inject(moment, facts, now, part));
  }

  /** Counts a request for the faults that would be due now, because another fault was injected earlier. */
  async shadow(moment: Moment, facts: Facts, by: Pick<Fault, 'id'>, part: FaultPart = 'all'): Promise<void> {
    if (this.#list.matchesAny(moment, facts, part)) await this.#change((list) => list.shadow(moment, facts, by, part));
  }

  /** Waits in real time, or until the fault is removed or its time is over. */
  pause({ id }: Pick<Fault, 'id'>, milliseconds: number): Promise<void> {
    if (this.#hasEnded || !this.#mayWait(id)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#pauses.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#pauses.set(wake, id);
    });
  }

  restore(stored: readonly Fault[]): void {
    this.#list = new FaultList(stored);
    this.#updateQuota();
  }

  /** Ends all waits when the world ends, and removes the faults that are not stored. */
  end(): void {
    this.#hasEnded = true;
    for (const wake of [...this.#pauses.keys()]) wake();
    if (this.#save === null) this.#reportRemoved(this.#list.remove(() => true));
    this.#updateQuota();
  }

  async #remove(isRemoved: (fault: Fault) => boolean): Promise<readonly Fault[]> {
    const removed = await this.#change((list) => list.remove(isRemoved));
    this.#reportRemoved(removed);
    return removed;
  }

  async #change<Result>(work: (list: FaultList) => Result): Promise<Result> {
    const save = this.#save;
    // Applies a change only once it is stored.
    const changeAndSave = async (saveFaults: SaveFaults) => {
      const list = new FaultList(this.#list.stored, this.#list);
      const changed = work(list);
      await saveFaults(list.stored);
      this.#list = list;
      return changed;
    };
    const result = save === null ? work(this.#list) : await this.#mutex.runExclusive(() => changeAndSave(save));
    this.#updateQuota();
    // The waits for faults that were removed, or whose time is over.
    for (const [wake, id] of [...this.#pauses]) if (!this.#mayWait(id)) wake();
    return result;
  }

  /** Updates this world's share of the quota, which is empty once the world has ended. */
  #updateQuota(): void {
    this.#isEmpty = this.#list.size === 0;
    const bytes = this.#hasEnded ? 0 : this.#list.bytes;
    this.#quota.release(this.#bytes);
    // The faults are in memory already.
    this.#quota.forceTake(bytes);
    this.#bytes = bytes;
  }

  /** Reports removed faults, except those that were reported when they ended. */
  #reportRemoved(removed: readonly Fault[]): void {
    for (const fault of removed.filter(isInForce)) this.#onEnded(fault);
  }

  /** Whether a request may be delayed: its fault still exists, and its time is not over. */
  #mayWait(id: string): boolean {
    const fault = this.#list.find(id);
    return fault !== undefined && (fault.ended === null || fault.ended !== fault.until);
  }
}

/** Returns the delay of an injected fault in milliseconds: different each time, but the same in every run. */
export function delayOf({ action: { delay }, seed, fired }: Fault): number {
  if (delay === undefined) return 0;
  return delay.min + Math.floor(drawAt(`${seed}:delay`, fired) * (delay.max - delay.min + 1));
}

/** Returns the seconds for `Retry-After`; undefined if there are none. */
export function retryAfterOf({ action: { retryAfter }, until }: Fault, now: Instant): number | undefined {
  if (retryAfter !== 'end') return retryAfter;
  return until === null ? undefined : Math.max(1, Math.ceil((until - now) / 1000));
}
