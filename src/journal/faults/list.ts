import { Problem } from '../../decisions/problem.ts';
import type { Instant } from '../../lib/clock.ts';
import { estimateBytes } from '../../lib/memory.ts';
import { drawAt } from '../../lib/random.ts';
import { createMatcher, type Facts, type Matcher } from '../match.ts';
import { type Fault, type FaultOrder, momentOf } from './fault.ts';

/** Maximum number of faults in force in a world, and of ended faults that stay listed. */
const MAX_FAULTS = 100;

export type Moment = ReturnType<typeof momentOf>;

/** Faults that match on headers alone, or on the body, too. The latter count a request only once it is valid. */
export type FaultPart = 'headers' | 'body' | 'all';

interface Matchers {
  /** The approximate size of the fault, in bytes. */
  readonly bytes: number;
  readonly whole: Matcher;
  /** Uses only facts that are known before the body is read and the caller is identified. */
  readonly early: Matcher;
}

/** The faults of one world, in the order of addition. Faults are immutable. */
export class FaultList {
  readonly #faults = new Map<string, Fault>();
  readonly #matchers = new Map<string, Matchers>();
  /** The last added fault, even if it was removed: its place is never reused. */
  #newest: Fault | null = null;

  /** @param stored the faults of another list @param cache a list to reuse matchers from */
  constructor(stored: readonly Fault[] = [], cache?: FaultList) {
    for (const fault of stored) {
      this.#newest = fault;
      if (fault.isGone !== true) this.#put(fault, cache?.matchersOf(fault.id));
    }
  }

  get size(): number {
    return this.#inForce.length;
  }

  /** The approximate total size, in bytes. */
  get bytes(): number {
    return [...this.#matchers.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Oldest first, with the newest ended faults. */
  get all(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  get #inForce(): readonly Fault[] {
    return this.all.filter(isInForce);
  }

  /** Input for a new list: all faults, and a placeholder for the youngest if it was removed. */
  get stored(): readonly Fault[] {
    const newest = this.#newest;
    if (newest === null || this.#faults.has(newest.id)) return this.all;
    return [...this.all, { ...newest, match: {}, isGone: true }];
  }

  find(id: string): Fault | undefined {
    return this.#faults.get(id);
  }

  /** Adds a fault. @throws Problem `conflict` if too many are in force */
  add(id: string, order: FaultOrder, createdAt: Instant): Fault {
    if (this.size >= MAX_FAULTS) {
      const message = `This world has ${MAX_FAULTS} faults in force, which is the limit. Delete some with \`DELETE /_mock/faults/{id}\`, or all with \`DELETE /_mock/faults\`.`;
      throw new Problem('conflict', message);
    }
    const { match, probability, seed, times, after, action, until } = order;
    const place = (this.#newest?.place ?? 0) + 1;
    const added: Fault = {
      id,
      place,
      createdAt,
      match,
      probability,
      seed,
      times,
      after,
      action,
      until,
      seen: 0,
      fired: 0,
      shadowedBy: null,
      ended: null,
    };
    this.#put(added);
    this.#newest = added;
    return added;
  }

  endUntil(now: Instant): readonly Fault[] {
    const over = this.#inForce.filter(({ until }) => until !== null && until <= now);
    const ended = over.map((fault) => ({ ...fault, ended: fault.until }));
    for (const fault of ended) this.#faults.set(fault.id, fault);
    this.#dropOldEnded();
    return ended;
  }

  remove(isRemoved: (fault: Fault) => boolean): readonly Fault[] {
    const removed = this.all.filter(isRemoved);
    for (const { id } of removed) {
      this.#faults.delete(id);
      this.#matchers.delete(id);
    }
    return removed;
  }

  needsPrincipal(moment: Moment, facts: Facts, part: FaultPart): boolean {
    return this.#findActive(moment, part).some(
      ({ id, match }) => match.principal !== undefined && this.matchersOf(id)?.early.fits(facts) === true,
    );
  }

  matchesAny(moment: Moment, facts: Facts, part: FaultPart): boolean {
    return this.#findActive(moment, part).some(({ id }) => this.matchersOf(id)?.whole.fits(facts) === true);
  }

  inject(moment: Moment, facts: Facts, now: Instant, part: FaultPart): Fault | null {
    const matching = this.#findMatching(moment, facts, part);
    for (const [index, fault] of matching.entries()) {
      const seen = fault.seen + 1;
      const isDrawn = fault.probability === 1 || drawAt(fault.seed, seen) < fault.probability;
      const isInjected = seen > fault.after && isDrawn;
      const fired = fault.fired + (isInjected ? 1 : 0);
      const counted = { ...fault, seen, fired, ended: fired === fault.times ? now : null };
      this.#faults.set(fault.id, counted);
      if (!isInjected) continue;
      this.#dropOldEnded();
      this.#shadow(matching.slice(index + 1), counted);
      return counted;
    }
    return null;
  }

  shadow(moment: Moment, facts: Facts, by: Pick<Fault, 'id'>, part: FaultPart): void {
    this.#shadow(this.#findMatching(moment, facts, part), by);
  }

  /** @internal for another list */
  matchersOf(id: string): Matchers | undefined {
    return this.#matchers.get(id);
  }

  #put(fault: Fault, cached?: Matchers): void {
    const { body: _, principal: __, ...early } = fault.match;
    this.#faults.set(fault.id, fault);
    this.#matchers.set(
      fault.id,
      cached ?? { whole: createMatcher(fault.match), early: createMatcher(early), bytes: estimateFaultBytes(fault) },
    );
  }

  #shadow(faults: readonly Fault[], { id: shadowedBy }: Pick<Fault, 'id'>): void {
    for (const fault of faults) this.#faults.set(fault.id, { ...fault, seen: fault.seen + 1, shadowedBy });
  }

  #findMatching(moment: Moment, facts: Facts, part: FaultPart): Fault[] {
    return this.#findActive(moment, part).filter(({ id }) => this.matchersOf(id)?.whole.fits(facts) === true);
  }

  #findActive(moment: Moment, part: FaultPart): readonly Fault[] {
    return this.#inForce.filter(
      ({ action, match }) =>
        momentOf(action) === moment && (part === 'all' || (part === 'body') === (match.body !== undefined)),
    );
  }

  #dropOldEnded(): void {
    const ended = this.all.filter((fault) => !isInForce(fault));
    const old = new Set(ended.sort((a, b) => Number(a.ended) - Number(b.ended)).slice(0, -MAX_FAULTS));
    if (old.size > 0) this.remove((fault) => old.has(fault));
  }
}

export function isInForce({ ended }: Fault): boolean {
  return ended === null;
}

/** Approximate size of a fault, in bytes, not counting the match and the action. */
const FAULT_BYTES = 1000;

export function estimateFaultBytes({ match, action }: Pick<FaultOrder, 'match' | 'action'>): number {
  return FAULT_BYTES + estimateBytes(match) + estimateBytes(action);
}
