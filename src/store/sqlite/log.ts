import type { Instant } from '../../core/clock.ts';
import { clearTimeout, setTimeout } from '../../machine/time.ts';
import type { Revision, Row } from '../collections.ts';
import { Damaged } from '../errors.ts';
import type { LoggedCommit, LoggedRow, RowLog } from '../row-log.ts';
import { nameOf, type RowName } from '../row-name.ts';
import type { DataFile } from './data-file.ts';
import { inTransaction, type SqliteDatabase } from './driver.ts';

/** A row in the form of the database. Lists are JSON, or null if they are empty. */
interface StoredRow {
  readonly seq: number;
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  readonly parent: string | null;
  readonly aliases: string | null;
  readonly labels: string | null;
  readonly shared: string | null;
  readonly dueAt: Instant | null;
  readonly body: string;
  readonly revision: Revision;
  readonly usedAt: Instant | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly createdAt: Instant | null;
  readonly modifiedAt: Instant | null;
}

const SELECT = `SELECT seq, collection, id, owner, parent, aliases, labels, shared, due_at AS dueAt, body, revision,
  used_at AS usedAt, name, state, created_at AS createdAt, modified_at AS modifiedAt FROM objects ORDER BY seq`;
const PUT = `INSERT INTO objects (seq, collection, id, owner, parent, aliases, labels, shared, due_at, body, revision,
  used_at, name, state, created_at, modified_at)
  VALUES (@seq, @collection, @id, @owner, @parent, @aliases, @labels, @shared, @dueAt, @body, @revision, @usedAt, @name,
  @state, @createdAt, @modifiedAt) ON CONFLICT (collection, id) DO UPDATE SET owner = @owner, parent = @parent,
  aliases = @aliases, labels = @labels, shared = @shared, due_at = @dueAt, body = @body, revision = @revision,
  used_at = @usedAt, name = @name, state = @state, created_at = @createdAt, modified_at = @modifiedAt`;

/** How long the use of a row may wait before it is written, in milliseconds: otherwise every token would cost a write. */
const DELAY_MS = 1000;

interface Use extends RowName {
  readonly at: Instant;
}

/** The rows of a world in a database of SQLite. */
export class SqliteLog implements RowLog {
  readonly #database: SqliteDatabase;
  readonly #file: DataFile | null;
  /** Uses that are not written yet. */
  readonly #uses = new Map<string, Use>();
  #timer: NodeJS.Timeout | undefined;
  readonly #put: (rows: readonly LoggedRow[]) => void;
  readonly commit: (commit: LoggedCommit) => void;
  readonly replace: (rows: readonly LoggedRow[], revision: Revision) => void;
  readonly #write: (uses: Iterable<Use>) => void;

  /** @param file null for a database in memory */
  constructor(database: SqliteDatabase, file: DataFile | null) {
    this.#database = database;
    this.#file = file;
    const put = database.prepare<[StoredRow]>(PUT);
    const remove = database.prepare<[string, string]>('DELETE FROM objects WHERE collection = ? AND id = ?');
    const empty = database.prepare('DELETE FROM objects');
    const setRevision = database.prepare<[Revision]>('UPDATE world SET revision = ?');
    const use = database.prepare<[Instant, string, string]>(
      'UPDATE objects SET used_at = ? WHERE collection = ? AND id = ?',
    );
    this.#put = (rows) => {
      for (const row of rows) put.run(storedOf(row));
    };
    const inOneStep = (work: () => void) => inTransaction(database, 'IMMEDIATE', work);
    const guarded = (work: () => void) => (file === null ? inOneStep(work) : file.write(() => inOneStep(work)));
    this.commit = ({ puts, removed, revision }) => {
      guarded(() => {
        for (const { collection, id } of removed) remove.run(collection, id);
        this.#put(puts);
        setRevision.run(revision);
      });
      // Another row may get the id of one that is gone.
      for (const row of removed) this.#uses.delete(nameOf(row));
    };
    this.replace = (rows, revision) => {
      guarded(() => {
        empty.run();
        this.#put(rows);
        setRevision.run(revision);
      });
      this.#uses.clear();
    };
    this.#write = (uses) => {
      inOneStep(() => {
        for (const { collection, id, at } of uses) use.run(at, collection, id);
      });
    };
  }

  /** All rows, in the order of their places. @throws Damaged */
  read(): readonly LoggedRow[] {
    const all = this.#database.prepare<[], StoredRow>(SELECT).all();
    return all.map((stored) => ({ row: rowOf(stored), place: stored.seq }));
  }

  /** @throws Damaged */
  get revision(): Revision {
    const found = this.#database.prepare<[], { readonly revision: Revision }>('SELECT revision FROM world').get();
    if (found === undefined) throw new Damaged('world', 'revision', 'it is not there');
    return found.revision;
  }

  use({ collection, id }: RowName, at: Instant): void {
    const use = { collection, id, at };
    this.#uses.set(nameOf(use), use);
    this.#timer ??= setTimeout(() => this.#flushIfPossible(), DELAY_MS).unref();
  }

  /** Writes the uses that are not written yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#uses.size === 0) return;
    this.#write(this.#uses.values());
    this.#uses.clear();
  }

  /** If the disk is full, they keep waiting, and are tried again after the next use. */
  #flushIfPossible(): void {
    try {
      this.flush();
    } catch (cause) {
      if (this.#file?.refusalOf(cause) == null) throw cause;
    }
  }
}

const NO_FACETS = { name: null, state: null, createdAt: null, modifiedAt: null } as const;

function storedOf({ row, place }: LoggedRow): StoredRow {
  const { collection, id, owner, parent, dueAt, usedAt, revision, facets } = row;
  const { name, state, createdAt, modifiedAt } = facets ?? NO_FACETS;
  return {
    ...{ seq: place, collection, id, owner, parent, dueAt, usedAt, revision, name, state, createdAt, modifiedAt },
    ...{ aliases: listed(row.aliases), labels: listed(row.labels), shared: listed(row.sharedWith) },
    body: JSON.stringify(row.body),
  };
}

function listed(entries: readonly string[]): string | null {
  return entries.length === 0 ? null : JSON.stringify(entries);
}

const NONE: readonly string[] = [];

function entriesOf(stored: string | null): readonly string[] {
  return stored === null ? NONE : JSON.parse(stored);
}

/** @throws Damaged */
function rowOf(stored: StoredRow): Row {
  try {
    return readRow(stored);
  } catch (cause) {
    throw new Damaged(stored.collection, stored.id, cause);
  }
}

function readRow(stored: StoredRow): Row {
  const { collection, id, owner, parent, dueAt, revision, usedAt, name, state, createdAt, modifiedAt } = stored;
  const hasFacets = name !== null && createdAt !== null && modifiedAt !== null;
  return {
    ...{ collection, id, owner, parent },
    aliases: entriesOf(stored.aliases),
    labels: entriesOf(stored.labels),
    sharedWith: entriesOf(stored.shared),
    dueAt,
    body: JSON.parse(stored.body),
    revision,
    usedAt,
    ...(hasFacets && { facets: { name, state, createdAt, modifiedAt } }),
  };
}
