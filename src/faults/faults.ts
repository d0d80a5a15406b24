import type { Instant } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import { type Facts, type Matcher, matcherOf } from '../journal/match.ts';
import { drawnAt } from '../machine/random.ts';
import { clearTimeout, setTimeout } from '../machine/time.ts';
import { type Fault, type FaultOrder, momentOf } from './fault.ts';

/** How many faults a world may have. */
const MOST = 100;

type Moment = ReturnType<typeof momentOf>;

/** A fault in force. */
class ActiveFault implements Fault {
  readonly id: string;
  readonly createdAt: Instant;
  readonly match: FaultOrder['match'];
  readonly probability: number;
  readonly seed: string;
  readonly times: number | null;
  readonly after: number;
  readonly action: FaultOrder['action'];
  readonly until: Instant | null;
  readonly drill: string | null;
  seen = 0;
  fired = 0;
  readonly moment: Moment;
  readonly #matcher: Matcher;
  /** Recognises what can be known before the body is read and the caller is known. */
  readonly #early: Matcher;

  constructor(id: string, createdAt: Instant, order: FaultOrder) {
    const { match, probability, seed, times, after, action, until, drill } = order;
    this.id = id;
    this.createdAt = createdAt;
    this.match = match;
    this.probability = probability;
    this.seed = seed;
    this.times = times;
    this.after = after;
    this.action = action;
    this.until = until;
    this.drill = drill;
    this.moment = momentOf(action);
    this.#matcher = matcherOf(match);
    const { body: _, principal: __, ...early } = match;
    this.#early = matcherOf(early);
  }

  get isSpent(): boolean {
    return this.times !== null && this.fired >= this.times;
  }

  mayFit(facts: Facts): boolean {
    return this.#early.fits(facts);
  }

  /** Counts the request if the fault fits it. @returns whether it strikes */
  strikes(facts: Facts): boolean {
    if (this.isSpent || !this.#matcher.fits(facts)) return false;
    this.seen += 1;
    if (this.seen <= this.after) return false;
    if (this.probability < 1 && drawnAt(this.seed, this.seen) >= this.probability) return false;
    this.fired += 1;
    return true;
  }
}

/** The faults of one world, in the order in which they were added. */
export class Faults {
  readonly #active = new Map<string, ActiveFault>();
  readonly #series: string;
  /** How to wake whoever waits, and the fault for which they do. */
  readonly #pauses = new Map<() => void, string>();
  #added = 0;
  #isOver = false;

  readonly #removed: (fault: Fault) => void;

  /**
   * @param series begins the ids
   * @param removed is told of each fault that is no longer in force
   */
  constructor(series: string, removed: (fault: Fault) => void = () => {}) {
    this.#series = series;
    this.#removed = removed;
  }

  /** Is there any? Nearly always there is none, and requests should not pay for it. */
  get isEmpty(): boolean {
    return this.#active.size === 0;
  }

  /** @throws Problem `conflict` if there are too many */
  add(order: FaultOrder, now: Instant): Fault {
    const spent = this.#active.size < MOST ? undefined : [...this.#active.values()].find(({ isSpent }) => isSpent);
    if (spent !== undefined) this.remove(spent.id);
    if (this.#active.size >= MOST) {
      const message = `There are ${MOST} faults in this world, which is the limit; delete some with \`DELETE /_mock/faults/{id}\`, or all with \`DELETE /_mock/faults\`.`;
      throw new Problem('conflict', message);
    }
    this.#added += 1;
    const fault = new ActiveFault(`${this.#series}-f${this.#added}`, now, order);
    this.#active.set(fault.id, fault);
    return fault;
  }

  /** Oldest first. */
  list(): readonly Fault[] {
    return [...this.#active.values()];
  }

  find(id: string): Fault | undefined {
    return this.#active.get(id);
  }

  /** @returns whether there was one */
  remove(id: string): boolean {
    const fault = this.#active.get(id);
    if (fault === undefined) return false;
    this.#active.delete(id);
    for (const [wake, of] of [...this.#pauses]) if (of === id) wake();
    this.#removed(fault);
    return true;
  }

  clear(): void {
    for (const { id } of this.list()) this.remove(id);
  }

  /** Removes those whose time is over. */
  sweep(now: Instant): void {
    for (const { id, until } of this.list()) if (until !== null && until <= now) this.remove(id);
  }

  /** What must be known about a request to tell which faults fit it. */
  needs(moment: Moment, facts: Facts): { readonly body: boolean; readonly principal: boolean } {
    const possible = this.#at(moment).filter((fault) => fault.mayFit(facts));
    return {
      body: possible.some(({ match }) => match.body !== undefined),
      principal: possible.some(({ match }) => match.principal !== undefined),
    };
  }

  /** The first fault that strikes; later ones do not count the request. */
  strike(moment: Moment, facts: Facts, now: Instant): Fault | null {
    this.sweep(now);
    return this.#at(moment).find((fault) => fault.strikes(facts)) ?? null;
  }

  /** Waits, by the machine's clock; not longer than the fault is there. @param milliseconds */
  pause({ id }: Pick<Fault, 'id'>, milliseconds: number): Promise<void> {
    if (this.#isOver || !this.#active.has(id)) return Promise.resolve();
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

  /** Nobody waits any longer. */
  end(): void {
    this.#isOver = true;
    for (const wake of [...this.#pauses.keys()]) wake();
  }

  #at(moment: Moment): ActiveFault[] {
    return [...this.#active.values()].filter((fault) => fault.moment === moment && !fault.isSpent);
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
