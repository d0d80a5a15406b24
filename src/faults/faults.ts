import type { Instant } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import type { Quota } from '../core/quota.ts';
import type { Facts } from '../journal/match.ts';
import { drawnAt } from '../platform/random.ts';
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../platform/time.ts';
import type { Fault, FaultOrder } from './fault.ts';
import { FaultList, type Moment, weightOf } from './list.ts';

/** Where the faults of a world are that several processes share. */
export interface SharedFaults {
  /** Finds out what other processes have made of them: `replace` is told. */
  refresh(): Promise<void>;
  /**
   * Replaces them by what `change` makes of them, which nobody else changes meanwhile.
   *
   * @param change must not do anything else
   */
  update<Result>(
    change: (before: readonly Fault[]) => readonly [after: readonly Fault[], result: Result],
  ): Promise<Result>;
}

/** How often those that processes share are looked at while a request waits for one, in milliseconds. */
const LOOK_MS = 50;

/** The faults of one world. */
export class Faults {
  readonly #series: string;
  readonly #shared: SharedFaults | null;
  readonly #removed: (fault: Fault) => void;
  readonly #quota: Quota;
  /** What these faults have of the quota. */
  #bytes = 0;
  /** How to wake whoever waits, and the fault for which they do. */
  readonly #pauses = new Map<() => void, string>();
  #looking: ReturnType<typeof setInterval> | undefined;
  #list = new FaultList();
  #added = 0;
  #isOver = false;

  /**
   * @param series begins the ids; no other process has the same one
   * @param quota of the faults of all worlds
   * @param removed is told of each fault that is no longer in force
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

  /** Is there any? Nearly always there is none, and requests should not pay for it. */
  get isEmpty(): boolean {
    return this.#list.size === 0;
  }

  /** Has it never had one? */
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
    this.#told(replaced);
    return added;
  }

  /** Oldest first. */
  list(): readonly Fault[] {
    return this.#list.all;
  }

  find(id: string): Fault | undefined {
    return this.#list.find(id);
  }

  /** @returns whether there was one */
  async remove(id: string): Promise<boolean> {
    return (await this.#remove((fault) => fault.id === id)).length > 0;
  }

  async clear(): Promise<void> {
    await this.#remove(() => true);
  }

  /** Removes those whose time is over. */
  async sweep(now: Instant): Promise<void> {
    const isOver = ({ until }: Fault) => until !== null && until <= now;
    if (this.#list.all.some(isOver)) await this.#remove(isOver);
  }

  /** What must be known about a request to tell which faults fit it. */
  needs(moment: Moment, facts: Facts): ReturnType<FaultList['needs']> {
    return this.#list.needs(moment, facts);
  }

  /** The first fault that strikes; those that it shadows have seen the request, too. */
  async inject(moment: Moment, facts: Facts, now: Instant): Promise<Fault | null> {
    await this.sweep(now);
    // What other processes changed is known since the request began.
    if (!this.#list.concerns(moment, facts)) return null;
    return this.#change((list) => list.inject(moment, facts));
  }

  /** Another fault struck the request at an earlier moment: those that would have struck at this one have seen it. */
  async shadow(moment: Moment, facts: Facts, by: Pick<Fault, 'id'>): Promise<void> {
    if (this.#list.concerns(moment, facts)) await this.#change((list) => list.shadow(moment, facts, by));
  }

  /** Waits, by the machine's clock; not longer than the fault is there. @param milliseconds */
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

  /** Other processes have changed them. */
  replace(faults: readonly Fault[]): void {
    this.#list = new FaultList(faults, this.#list);
    this.#weigh();
    this.#wakeOthers();
  }

  /** They are of no more use here: nobody waits any longer, and those that are only here are removed. */
  end(): void {
    this.#isOver = true;
    for (const wake of [...this.#pauses.keys()]) wake();
    if (this.#shared === null) this.#told(this.#list.remove(() => true));
    this.#weigh();
  }

  /** Another process may remove what a request waits for here. */
  #follow(): void {
    const shared = this.#shared;
    if (shared === null) return;
    if (this.#pauses.size === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
    } else {
      // What cannot be read now is read the next time.
      this.#looking ??= setInterval(() => shared.refresh().catch(() => {}), LOOK_MS).unref();
    }
  }

  async #remove(which: (fault: Fault) => boolean): Promise<readonly Fault[]> {
    const removed = await this.#change((list) => list.remove(which));
    this.#told(removed);
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

  /** Once they are of no more use, they take nothing, whatever other processes tell of them. */
  #weigh(): void {
    const bytes = this.#isOver ? 0 : this.#list.bytes;
    this.#quota.release(this.#bytes);
    // Another process may have added them.
    this.#quota.takeAnyway(bytes);
    this.#bytes = bytes;
  }

  #told(removed: readonly Fault[]): void {
    for (const fault of removed) this.#removed(fault);
  }

  /** Whoever waits for a fault that is gone goes on. */
  #wakeOthers(): void {
    for (const [wake, id] of [...this.#pauses]) if (this.#list.find(id) === undefined) wake();
  }
}

/** How long a struck request waits, in milliseconds: each time another, and the same in every run. */
export function delayOf({ action: { delay }, seed, fired }: Fault): number {
  if (delay === undefined) return 0;
  return delay.min + Math.floor(drawnAt(`${seed}:delay`, fired) * (delay.max - delay.min + 1));
}

/** The seconds that `Retry-After` says; undefined for none. */
export function retryAfterOf({ action: { retryAfter }, until }: Fault, now: Instant): number | undefined {
  if (retryAfter !== 'end') return retryAfter;
  return until === null ? undefined : Math.max(1, Math.ceil((until - now) / 1000));
}

function noRoom(bytes: number, { used, bytes: most }: Quota): Problem {
  const kB = (amount: number) => `${Math.ceil(amount / 1024)} kB`;
  return new Problem(
    'conflict',
    `The faults of all worlds of this server have room for ${kB(most)} of memory, of which ${kB(used)} are taken; this one would take ${kB(bytes)}. Delete some with \`DELETE /_mock/faults\`, or match less of the body.`,
  );
}
