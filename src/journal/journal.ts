import type { Instant } from '../lib/clock.ts';
import { Pacer } from '../lib/pacer.ts';
import { BodyStore, type Draft, estimateBodyBytes, estimateEntryBytes, isRefusal, type JournalEntry } from './entry.ts';
import type { Facts } from './match.ts';
import { createPriorityCache, type PriorityCache, PriorityRing } from './ring.ts';
import type { KnownSecrets } from './secrets.ts';
import { readFacts } from './view.ts';

/** Why a world ended: it was deleted, or its server stops. */
export type WorldEnd = 'deleted' | 'stopping';

export interface JournalListener {
  onRecord(entry: JournalEntry, facts: Facts): void;
  /** The journal was emptied, or its world has ended. */
  onEnd(why: 'emptied' | WorldEnd): void;
}

/** The places of the requests of all worlds, and of the bodies of those that were not refused. */
export interface RequestCache extends PriorityCache<Draft> {
  readonly bodies: BodyStore;
}

/** @param bytes for refusals with their bodies, and as much for the bodies of other requests */
export function createRequestCache(bytes: number): RequestCache {
  return { ...createPriorityCache<Draft>({ refusals: bytes, others: bytes / 2 }), bodies: new BodyStore(bytes) };
}

/** The newest 2000 refusals and the newest 2000 other requests of one world, as far as the process has room. */
export class Journal {
  readonly #drafts: PriorityRing<Draft>;
  readonly #bodies: BodyStore;
  readonly #series: string;
  readonly #secrets: KnownSecrets;
  #listeners: Set<JournalListener> | null = null;
  #longWork: LongWork | null = null;
  #recordedCount = 0;
  /** Requests recorded before the journal was last emptied. */
  #recordedBeforeEmptying = 0;
  #ended: WorldEnd | null = null;

  /** @param series prefix of the ids, unique to the process @param secrets hidden in views of the entries */
  constructor(cache: RequestCache, series: string, secrets: KnownSecrets) {
    this.#drafts = new PriorityRing(cache);
    this.#bodies = cache.bodies;
    this.#series = series;
    this.#secrets = secrets;
  }

  /** Changes the draft, because a copy would take memory. @returns the request's number, from 1 */
  record(draft: { -readonly [Name in keyof Draft]: Draft[Name] }): number {
    this.#recordedCount += 1;
    const number = this.#recordedCount;
    if (isRefusal(draft)) {
      this.#drafts.add(number, draft, true, estimateEntryBytes(draft) + estimateBodyBytes(draft));
    } else {
      draft.requestBody = this.#bodies.keep(draft.requestBody);
      draft.responseBody = this.#bodies.keep(draft.responseBody);
      this.#drafts.add(number, draft, false, estimateEntryBytes(draft));
    }
    if (this.listenerCount > 0) {
      const entry = this.#createEntry(number, draft);
      const facts = this.factsOf(draft);
      for (const listener of [...(this.#listeners ?? [])]) listener.onRecord(entry, facts);
    }
    return number;
  }

  findByNumber(number: number): JournalEntry | undefined {
    const draft = this.#drafts.find(number);
    return draft && this.#createEntry(number, draft);
  }

  idOf(number: number): string {
    return `${this.#series}-r${number}`;
  }

  find(id: string): JournalEntry | undefined {
    const number = this.numberOf(id);
    return number === null ? undefined : this.findByNumber(number);
  }

  /** @param fits selects entries; default: all @param max maximum number of entries */
  newestFirst(fits?: (facts: Facts, draft: Draft) => boolean, max = Number.POSITIVE_INFINITY): JournalEntry[] {
    const entries: JournalEntry[] = [];
    for (const [number, draft] of this.#drafts.newestFirst()) {
      if (entries.length === max) break;
      // Building an entry costs more than its facts.
      if (fits?.(this.factsOf(draft), draft) !== false) entries.push(this.#createEntry(number, draft));
    }
    return entries;
  }

  listNumbers(): readonly number[] {
    return [...this.#drafts.newestFirst()].map(([number]) => number);
  }

  /** Returns when the newest known token of each principal expires, by principal id. */
  listTokenExpiries(): ReadonlyMap<string, Instant> {
    const expiries = new Map<string, Instant>();
    for (const [, { principal, tokenExpiresAt }] of this.#drafts.newestFirst()) {
      if (tokenExpiresAt === null || principal === null || expiries.has(principal.id)) continue;
      expiries.set(principal.id, tokenExpiresAt);
    }
    return expiries;
  }

  /** Returns the facts that matches compare, if the entry is kept. */
  findFacts(number: number): Facts | undefined {
    const draft = this.#drafts.find(number);
    return draft && this.factsOf(draft);
  }

  factsOf(draft: Draft): Facts {
    return readFacts(draft, this.#secrets);
  }

  /** Runs the long computations of verifications in sequence. */
  get longWork(): LongWork {
    this.#longWork ??= new LongWork();
    return this.#longWork;
  }

  /** The number of the newest request; 0 if there is none. */
  get recordedCount(): number {
    return this.#recordedCount;
  }

  /** Requests evicted since the journal was last emptied. */
  get droppedCount(): number {
    return this.#recordedCount - this.#recordedBeforeEmptying - this.#drafts.size;
  }

  /** Returns the number of an entry, kept or evicted; null for an id of another journal. */
  numberOf(id: string): number | null {
    return parseNumber(id, `${this.#series}-r`, this.#recordedCount);
  }

  get listenerCount(): number {
    return this.#listeners?.size ?? 0;
  }

  /** @returns a function that removes the listener */
  listen(listener: JournalListener): () => void {
    this.#listeners ??= new Set();
    if (this.#ended !== null) listener.onEnd(this.#ended);
    else this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** Deletes all entries, and ends waiting verifications. */
  empty(): void {
    this.#clearAll('emptied');
  }

  /** Deletes all entries, and stops recording. */
  end(why: WorldEnd): void {
    this.#ended ??= why;
    this.#clearAll(this.#ended);
  }

  get secrets(): KnownSecrets {
    return this.#secrets;
  }

  #createEntry(number: number, draft: Draft): JournalEntry {
    return { ...draft, id: this.idOf(number), number, secrets: this.#secrets };
  }

  #clearAll(why: 'emptied' | WorldEnd): void {
    this.#drafts.clear();
    this.#recordedBeforeEmptying = this.#recordedCount;
    const listeners = [...(this.#listeners ?? [])];
    this.#listeners?.clear();
    for (const { onEnd } of listeners) onEnd(why);
  }
}

/** Runs computations over many requests in sequence, with pauses within and between them. */
export class LongWork extends Pacer {
  #latest: Promise<unknown> = Promise.resolve();

  /** Runs the work after all earlier work. */
  run<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#latest.then(work);
    this.#latest = done.catch(() => {});
    return done;
  }
}

/** Returns the number in an id that consists of a prefix and a number from 1 to `last`; null for any other id. */
export function parseNumber(id: string, prefix: string, last: number): number | null {
  if (!id.startsWith(prefix)) return null;
  const digits = id.slice(prefix.length);
  return /^[1-9]\d{0,14}$/.test(digits) && Number(digits) <= last ? Number(digits) : null;
}
