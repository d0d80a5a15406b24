import type { Instant } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import type { Quota } from '../core/quota.ts';
import type { Facts } from '../journal/match.ts';
import { drawnAt } from '../platform/random.ts';
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../platform/time.ts';
import type { Fault, FaultOrder } from './fault.ts';
import { FaultList, type Moment, weightOf } from './list.ts';

/** The store of a world's faults that several processes share. */
export interface SharedFaults {
  /** Reads the changes of other processes, and passes them to `replace`. */
  refresh(): Promise<void>;
  /**
   * Replaces them by the result of `change`; no other process changes them meanwhile.
   *
   * @param change must have no other effect
   */
  update<Result>(
    change: (before: readonly Fault[]) => readonly [after: readonly Fault[], result: Result],
  ): Promise<Result>;
}

/** How often shared faults are read while a request waits for one, in milliseconds. */
const LOOK_MS = 50;

/** The faults of one world. */
export class Faults {
  readonly #series: string;
  readonly #shared: SharedFaults | null;
  readonly #removed: (fault: Fault) => void;
  readonly #quota: Quota;
  /** These faults' share of the quota. */
  #bytes = 0;
  /** The callbacks of waiting requests, and the fault for which each waits. */
  readonly #pauses = new Map<() => void, string>();
  #looking: ReturnType<typeof setInterval> | undefined;
  #list = new FaultList();
  #added = 0;
  #isOver = false;

  /**
   * @param series the prefix of the ids, unique to this process
   * @param quota of the faults of all worlds
   * @param removed called for each fault that is no longer in force, unless it was withdrawn
   */
  constructor(
    series: string,
    quota: Quota,
    removed: (fault: Fault) => void = () => {},
    shared: SharedFaults | null = null,
  ) {
    this.#series = series;
    this.#quota = quota;
    this.#removed = removed;
    this.#shared = shared;
  }

  /** Checked for every request: usually there are no faults, and then a request should not pay for them. */
  get isEmpty(): boolean {
    return this.#list.size === 0;
  }

  /** Was no fault ever added? */
  get isUnused(): boolean {
    return this.isEmpty && this.#added === 0;
  }

  /** @throws Problem `conflict` if there are too many, or too large ones */
  async add(order: FaultOrder, now: Instant): Promise<Fault> {
    const bytes = weightOf(order);
    if (!this.#quota.take(bytes)) throw noRoom(bytes, this.#quota);
    this.#quota.release(bytes);
    this.#added += 1;
    const id = `${this.#series}-f${this.#added}`;
    const { added, replaced } = await this.#change((list) => list.add(id, order, now));
    this.#reportRemoved(replaced);
    return added;
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
    // The changes of other processes were read when the request began.
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
        this.#follow();
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#pauses.set(wake, id);
      this.#follow();
    });
  }

  /** Replaces all of them by those that another server had. */
  async restore(faults: readonly Fault[]): Promise<void> {
    await this.#shared?.update(() => [faults, undefined]);
    this.replace(faults);
  }

  /** Applies the changes of other processes. */
  replace(faults: readonly Fault[]): void {
    this.#list = new FaultList(faults, this.#list);
    this.#weigh();
    this.#wakeOthers();
  }

  /** Called when the world ends: every wait ends, and faults that only this process has are removed. */
  end(): void {
    this.#isOver = true;
    for (const wake of [...this.#pauses.keys()]) wake();
    if (this.#shared === null) this.#reportRemoved(this.#list.remove(() => true));
    this.#weigh();
  }

  /** Another process may remove the fault that a request waits for. */
  #follow(): void {
    const shared = this.#shared;
    if (shared === null) return;
    if (this.#pauses.size === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
    } else {
      // If this read fails, the next one follows.
      this.#looking ??= setInterval(() => shared.refresh().catch(() => {}), LOOK_MS).unref();
    }
  }

  async #remove(which: (fault: Fault) => boolean): Promise<readonly Fault[]> {
    const removed = await this.#change((list) => list.remove(which));
    this.#reportRemoved(removed);
    return removed;
  }

  async #change<Result>(work: (list: FaultList) => Result): Promise<Result> {
    const result =
      this.#shared === null
        ? work(this.#list)
        : await this.#shared.update((before) => {
            const list = new FaultList(before, this.#list);
            const result = work(list);
            return [list.kept, result];
          });
    this.#weigh();
    this.#wakeOthers();
    return result;
  }

  /** Once closed, they hold no quota, even if other processes change them. */
  #weigh(): void {
    const bytes = this.#isOver ? 0 : this.#list.bytes;
    this.#quota.release(this.#bytes);
    // Another process may have added them.
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

function noRoom(bytes: number, { used, bytes: most }: Quota): Problem {
  const kB = (amount: number) => `${Math.ceil(amount / 1024)} kB`;
  return new Problem(
    'conflict',
    `The faults of all worlds of this server may use ${kB(most)} of memory, of which ${kB(used)} are in use; this one needs ${kB(bytes)}. Delete some with \`DELETE /_mock/faults\`, or match less of the body.`,
  );
}
