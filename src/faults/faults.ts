import { Problem } from '../decisions/problem.ts';
import type { Facts } from '../journal/match.ts';
import type { Quota } from '../memory/quota.ts';
import { drawnAt } from '../platform/random.ts';
import { clearTimeout, setTimeout } from '../platform/time.ts';
import { Turns } from '../store/turns.ts';
import type { Instant } from '../time/clock.ts';
import type { Fault, FaultOrder } from './fault.ts';
import { FaultList, type Moment, weightOf } from './list.ts';

/** Stores all faults of a world, with their counters. */
export type KeepFaults = (faults: readonly Fault[]) => Promise<void>;

/** The faults of one world. */
export class Faults {
  readonly #series: string;
  readonly #keep: KeepFaults | null;
  readonly #turns = new Turns();
  readonly #removed: (fault: Fault) => void;
  readonly #quota: Quota;
  /** These faults' share of the quota. */
  #bytes = 0;
  /** The callbacks of waiting requests, and the fault for which each waits. */
  readonly #pauses = new Map<() => void, string>();
  #list = new FaultList();
  #added = 0;
  #isOver = false;
  #isEmpty = true;

  /**
   * @param series the prefix of the ids, unique to this process
   * @param quota of the faults of all worlds
   * @param removed called for each fault that is no longer in force, unless it was withdrawn
   * @param keep null if they end with the process
   */
  constructor(
    series: string,
    quota: Quota,
    removed: (fault: Fault) => void = () => {},
    keep: KeepFaults | null = null,
  ) {
    this.#series = series;
    this.#quota = quota;
    this.#removed = removed;
    this.#keep = keep;
  }

  /** Checked for every request: usually there are no faults, and then a request should not pay for them. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Was no fault ever added? */
  get isUnused(): boolean {
    return this.isEmpty && this.#added === 0;
  }

  /** @throws Problem `conflict` if there are too many, or too large ones */
  async add(order: FaultOrder, now: Instant): Promise<Fault> {
    const bytes = weightOf(order);
    if (!this.#quota.take(bytes)) throw noRoom(bytes, this.#quota);
    try {
      this.#added += 1;
      const id = `${this.#series}-f${this.#added}`;
      const { added, replaced } = await this.#change((list) => list.add(id, order, now));
      this.#reportRemoved(replaced);
      return added;
    } finally {
      // By now it is weighed with the others.
      this.#quota.release(bytes);
    }
  }

  /** Oldest first. */
  list(): readonly Fault[] {
    return this.#list.all;
  }

  find(id: string): Fault | undefined {
    return this.#list.find(id);
  }

  /** @returns whether there was such a fault */
  async remove(id: string): Promise<boolean> {
    return (await this.#remove((fault) => fault.id === id)).length > 0;
  }

  /**
   * Removes a fault that is no longer wanted: the one who removes it knows that it was never injected.
   *
   * @returns whether there was such a fault
   */
  async withdraw(id: string): Promise<boolean> {
    return (await this.#change((list) => list.remove((fault) => fault.id === id))).length > 0;
  }

  async clear(): Promise<void> {
    await this.#remove(() => true);
  }

  /** Removes the faults that have expired. */
  async sweep(now: Instant): Promise<void> {
    const isOver = ({ until }: Fault) => until !== null && until <= now;
    if (this.#list.all.some(isOver)) await this.#remove(isOver);
  }

  /** The facts about a request that decide which faults match it. */
  needs(moment: Moment, facts: Facts): ReturnType<FaultList['needs']> {
    return this.#list.needs(moment, facts);
  }

  /** The first fault that is injected; the faults that it shadows count the request, too. */
  async inject(moment: Moment, facts: Facts, now: Instant): Promise<Fault | null> {
    await this.sweep(now);
    if (!this.#list.concerns(moment, facts)) return null;
    return this.#change((list) => list.inject(moment, facts));
  }

  /** Another fault was injected at an earlier moment: the faults that would follow now count the request, too. */
  async shadow(moment: Moment, facts: Facts, by: Pick<Fault, 'id'>): Promise<void> {
    if (this.#list.concerns(moment, facts)) await this.#change((list) => list.shadow(moment, facts, by));
  }

  /** Waits, by the machine's clock, at most until the fault is removed. @param milliseconds */
  pause({ id }: Pick<Fault, 'id'>, milliseconds: number): Promise<void> {
    if (this.#isOver || this.#list.find(id) === undefined) return Promise.resolve();
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

  /** Takes over those that were kept. */
  begin(kept: readonly Fault[]): void {
    this.#list = new FaultList(kept);
    this.#weigh();
  }

  /** Called when the world ends: every wait ends, and faults that only this process has are removed. */
  end(): void {
    this.#isOver = true;
    for (const wake of [...this.#pauses.keys()]) wake();
    if (this.#keep === null) this.#reportRemoved(this.#list.remove(() => true));
    this.#weigh();
  }

  async #remove(which: (fault: Fault) => boolean): Promise<readonly Fault[]> {
    const removed = await this.#change((list) => list.remove(which));
    this.#reportRemoved(removed);
    return removed;
  }

  async #change<Result>(work: (list: FaultList) => Result): Promise<Result> {
    const keep = this.#keep;
    const result = keep === null ? work(this.#list) : await this.#turns.take(() => this.#changeKept(keep, work));
    this.#weigh();
    this.#wakeOthers();
    return result;
  }

  /** What cannot be stored does not happen. */
  async #changeKept<Result>(keep: KeepFaults, work: (list: FaultList) => Result): Promise<Result> {
    const list = new FaultList(this.#list.kept, this.#list);
    const result = work(list);
    await keep(list.kept);
    this.#list = list;
    return result;
  }

  /** Once closed, they hold no quota. */
  #weigh(): void {
    this.#isEmpty = this.#list.size === 0;
    const bytes = this.#isOver ? 0 : this.#list.bytes;
    this.#quota.release(this.#bytes);
    // They are in memory already.
    this.#quota.takeAnyway(bytes);
    this.#bytes = bytes;
  }

  #reportRemoved(removed: readonly Fault[]): void {
    for (const fault of removed) this.#removed(fault);
  }

  /** Ends the waits for removed faults. */
  #wakeOthers(): void {
    for (const [wake, id] of [...this.#pauses]) if (this.#list.find(id) === undefined) wake();
  }
}

/** The delay of an injected fault, in milliseconds: different each time, and equal in every run. */
export function delayOf({ action: { delay }, seed, fired }: Fault): number {
  if (delay === undefined) return 0;
  return delay.min + Math.floor(drawnAt(`${seed}:delay`, fired) * (delay.max - delay.min + 1));
}

/** The seconds of `Retry-After`; undefined for none. */
export function retryAfterOf({ action: { retryAfter }, until }: Fault, now: Instant): number | undefined {
  if (retryAfter !== 'end') return retryAfter;
  return until === null ? undefined : Math.max(1, Math.ceil((until - now) / 1000));
}

function noRoom(bytes: number, { used, bytes: max }: Quota): Problem {
  const kB = (amount: number) => `${Math.ceil(amount / 1024)} kB`;
  return new Problem(
    'conflict',
    `The faults of all worlds of this server may use ${kB(max)} of memory, of which ${kB(used)} are in use; this one needs ${kB(bytes)}. Delete some with \`DELETE /_mock/faults\`, or match less of the body.`,
  );
}
