import type { Instant } from '../../core/clock.ts';
import type { Revision } from '../collections.ts';
import { Revisions } from '../revisions.ts';
import type { LoggedRow } from '../row-log.ts';
import type { RowName } from '../row-name.ts';
import { type Planned, type Removed, WorldRows } from '../world-rows.ts';
import { rowOf, type StoredRow } from './objects.ts';

/** The current revision of a world, and of the uses of its rows. */
export interface Head {
  readonly revision: string;
  /** A process with an earlier revision than this must read all rows again. */
  readonly base: string;
  /** The number of uses of rows that were written. */
  readonly noted: string;
}

/** The changes of a world, as the database returns them. Null: no changes, or too many for one answer. */
export interface RowNews extends Head {
  /** The changes start after these. The rows in memory may be older if the world was read again since the query. */
  readonly since: string;
  readonly noted_since: string;
  readonly changed: readonly StoredRow[] | null;
  readonly removed: readonly Removed[] | null;
  readonly used: readonly (RowName & { readonly at: Instant })[] | null;
}

/** Returns when a row was used, if this process has not written the use yet. */
export type NoteOf = (collection: string, id: string) => Instant | undefined;

/** The rows of a world as this process has received them. */
export class ReceivedRows {
  readonly rows: WorldRows;
  readonly #noteOf: NoteOf;
  #revision: Revision;
  #noted: number;

  /** @param revision of the world before any of these rows was read */
  constructor(stored: readonly StoredRow[], revision: Revision, noted: number, noteOf: NoteOf) {
    const revisions = new Revisions();
    revisions.goOnAbove(Math.max(0, revision - 1));
    this.#noteOf = noteOf;
    this.rows = WorldRows.ofStored(
      stored.map((row) => this.#loggedOf(row)),
      revisions,
      {},
    );
    this.#revision = revision;
    this.#noted = noted;
  }

  get revision(): Revision {
    return this.#revision;
  }

  get noted(): number {
    return this.#noted;
  }

  /** Do these rows have all changes and uses of the other ones? */
  isAsNewAs({ revision, noted }: Pick<ReceivedRows, 'revision' | 'noted'>): boolean {
    return this.#revision > revision || (this.#revision === revision && this.#noted >= noted);
  }

  /**
   * Applies changes.
   *
   * @param upTo the revision up to which the changes are complete
   * @returns the collections that have changed; null if changes are missing, so that all rows must be read again
   */
  receive(news: RowNews, upTo: Revision): readonly string[] | null {
    const { base, noted, changed, removed, used, since, noted_since } = news;
    let collections: readonly string[] = [];
    if (upTo > this.#revision) {
      if (Math.max(Number(base), Number(since)) > this.#revision || changed === null || removed === null) return null;
      collections = this.#change([...removed, ...changed.map((row) => this.#loggedOf(row))]);
      this.#revision = upTo;
    }
    if (Number(noted) > this.#noted) {
      if (used === null || Number(noted_since) > this.#noted) return null;
      for (const { collection, id, at } of used) {
        if (this.#noteOf(collection, id) === undefined) void this.rows.note(collection, id, at);
      }
      this.#noted = Number(noted);
    }
    return collections;
  }

  /** Applies a commit of this process, unless the database has returned it already. */
  show(planned: Planned): void {
    if (planned.revision !== this.#revision + 1) return;
    this.rows.show(planned);
    this.#revision = planned.revision;
  }

  /** Called when this process has written uses of rows. */
  wrote(before: number, after: number): void {
    if (before === this.#noted) this.#noted = after;
  }

  #change(changes: readonly (LoggedRow | Removed)[]): readonly string[] {
    const at = (change: LoggedRow | Removed) => ('row' in change ? change.row.revision : change.revision);
    const news = changes.filter((change) => at(change) > this.#revision).sort((one, other) => at(one) - at(other));
    this.rows.receive(news);
    return [...new Set(news.map((change) => ('row' in change ? change.row : change).collection))];
  }

  #loggedOf(stored: StoredRow): LoggedRow {
    const row = rowOf(stored);
    const noted = this.#noteOf(row.collection, row.id);
    return { row: noted === undefined ? row : { ...row, usedAt: noted }, place: Number(stored.seq) };
  }
}
