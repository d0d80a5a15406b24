import type { Budget, Weighed } from '../core/held.ts';
import { type Draft, type JournalEntry, weightOf } from './entry.ts';
import type { Facts } from './match.ts';
import type { KnownSecrets } from './secrets.ts';
import { factsOf, withHiddenBodies } from './view.ts';

/**
 * How many requests of one world are kept at most: as many as decisions, which requests refer to. Each is one more object
 * that outlives the collection of garbage, so 5000 would cost a request twice as much.
 */
const MOST = 2000;

/** Why a world ends: it was deleted, or its server stops. */
export type WorldEnd = 'deleted' | 'stopping';

/** Is told what happens to a journal. */
export interface Listener {
  recorded(entry: JournalEntry, facts: Facts): void;
  /** Nothing is recorded any more: the journal was emptied, or its world has ended. */
  ended(why: 'emptied' | WorldEnd): void;
}

/** A draft in its place. One object for each request and nothing to find it by: it is made for every one. */
class Place implements Weighed {
  readonly bytes: number;
  older: Weighed | null = null;
  newer: Weighed | null = null;
  readonly number: number;
  draft: Draft;
  readonly #journal: Journal;

  constructor(journal: Journal, number: number, draft: Draft) {
    this.#journal = journal;
    this.number = number;
    this.draft = draft;
    this.bytes = weightOf(draft);
  }

  leave(): void {
    this.#journal.forget(this.number);
  }
}

/** The requests of one world: the newest 2000, as far as the budget has room. */
export class Journal {
  /** By number, modulo how many there may be. */
  readonly #places: (Place | undefined)[] = [];
  readonly #budget: Budget;
  readonly #series: string;
  readonly #secrets: KnownSecrets;
  #listeners: Set<Listener> | null = null;
  #recorded = 0;
  #kept = 0;
  /** How many had been recorded when it was last emptied. */
  #emptiedAt = 0;
  #over: WorldEnd | null = null;

  /**
   * @param series begins the ids, so that no two processes give the same one
   * @param secrets hide what is secret in the entries
   */
  constructor(budget: Budget, series: string, secrets: KnownSecrets) {
    this.#budget = budget;
    this.#series = series;
    this.#secrets = secrets;
  }

  /**
   * @param number its place, from 1: the next one, or a higher one that others gave it
   * @returns its number
   */
  record(draft: Draft, number = this.#recorded + 1): number {
    this.#recorded = number;
    this.forget(number - MOST);
    const place = new Place(this, number, draft);
    if (place.bytes <= this.#budget.bytes) {
      this.#places[number % MOST] = place;
      this.#kept += 1;
      this.#budget.add(place);
    }
    if (this.listeners > 0) {
      const entry = this.#entryOf(number, draft);
      const facts = factsOf(entry);
      for (const listener of [...(this.#listeners ?? [])]) listener.recorded(entry, facts);
    }
    return number;
  }

  /** The entry with this number, if it is kept. */
  at(number: number): JournalEntry | undefined {
    const place = this.#placeOf(number);
    return place && this.#entryOf(number, place.draft);
  }

  /** The same, to be shown: what its bodies hide is hidden once, whoever looks. */
  shown(number: number): JournalEntry | undefined {
    const place = this.#placeOf(number);
    if (place !== undefined) place.draft = withHiddenBodies(place.draft, this.#secrets);
    return this.at(number);
  }

  #placeOf(number: number): Place | undefined {
    const place = this.#places[number % MOST];
    return place?.number === number ? place : undefined;
  }

  idOf(number: number): string {
    return `${this.#series}-r${number}`;
  }

  find(id: string): JournalEntry | undefined {
    const number = this.numberOf(id);
    return number === null ? undefined : this.shown(number);
  }

  newestFirst(): JournalEntry[] {
    const entries: JournalEntry[] = [];
    const oldest = Math.max(this.#recorded - MOST, 0);
    for (let number = this.#recorded; number > oldest; number -= 1) {
      const entry = this.at(number);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  /** How many requests have made room for newer ones since it was last empty. */
  get dropped(): number {
    return this.#recorded - this.#emptiedAt - this.#kept;
  }

  /** The number of an entry of this journal, kept or dropped; null for an id that it never gave. */
  numberOf(id: string): number | null {
    const [, series, digits] = /^(.{1,40})-r(\d{1,15})$/.exec(id) ?? [];
    const number = Number(digits);
    return series === this.#series && number >= 1 && number <= this.#recorded ? number : null;
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners?.size ?? 0;
  }

  /** @returns a function that ends it */
  listen(listener: Listener): () => void {
    this.#listeners ??= new Set();
    if (this.#over !== null) listener.ended(this.#over);
    else this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** @internal for the budget */
  forget(number: number): void {
    const place = number < 1 ? undefined : this.#places[number % MOST];
    if (place?.number !== number) return;
    this.#places[number % MOST] = undefined;
    this.#kept -= 1;
    this.#budget.remove(place);
  }

  /**
   * Forgets everything; whoever waits for a request is told so.
   *
   * @param recorded how many requests there were so far
   */
  empty(recorded = this.#recorded): void {
    this.#recorded = recorded;
    this.#forgetAll('emptied');
  }

  /** The same, for good. */
  end(why: WorldEnd): void {
    this.#over ??= why;
    this.#forgetAll(this.#over);
  }

  /** What hides the secrets in its entries. */
  get secrets(): KnownSecrets {
    return this.#secrets;
  }

  #entryOf(number: number, draft: Draft): JournalEntry {
    return { ...draft, id: this.idOf(number), number, secrets: this.#secrets };
  }

  #forgetAll(why: 'emptied' | WorldEnd): void {
    for (const place of this.#places) if (place !== undefined) this.#budget.remove(place);
    this.#places.length = 0;
    this.#kept = 0;
    this.#emptiedAt = this.#recorded;
    const listeners = [...(this.#listeners ?? [])];
    this.#listeners?.clear();
    for (const { ended } of listeners) ended(why);
  }
}
