import type { Instant } from '../../core/clock.ts';
import { clearTimeout, setTimeout } from '../../platform/time.ts';
import type { Revision, Row } from '../collections.ts';
import type { CommitTimes } from '../commit-times.ts';
import { Damaged } from '../errors.ts';
import type { LoggedCommit, LoggedRow, RowLog } from '../row-log.ts';
import { nameOf, type RowName } from '../row-name.ts';
import type { DataFile } from './data-file.ts';
import { inTransaction, type SqliteDatabase } from './driver.ts';

/** A row as the database stores it. Lists are JSON, or null if they are empty. */
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
  used_at AS usedAt, name, state, created_at AS createdAt, modified_at AS modifiedAt FROM objects WHERE world = ? ORDER BY seq`;
const PUT = `INSERT INTO objects (world, seq, collection, id, owner, parent, aliases, labels, shared, due_at, body, revision,
  used_at, name, state, created_at, modified_at)
  VALUES (@world, @seq, @collection, @id, @owner, @parent, @aliases, @labels, @shared, @dueAt, @body, @revision, @usedAt, @name,
  @state, @createdAt, @modifiedAt) ON CONFLICT (world, collection, id) DO UPDATE SET owner = @owner, parent = @parent,
  aliases = @aliases, labels = @labels, shared = @shared, due_at = @dueAt, body = @body, revision = @revision,
  used_at = @usedAt, name = @name, state = @state, created_at = @createdAt, modified_at = @modifiedAt`;

/**
 * How long a use may wait before it is written, in milliseconds. Without a delay every request with a token would
 * write.
 */
const DELAY_MS = 1000;

interface Use extends RowName {
  readonly at: Instant;
}

/** Stores the rows of one world in an SQLite database. */
export class SqliteLog implements RowLog {
  readonly #database: SqliteDatabase;
  readonly #file: DataFile;
  /** Uses that are not written yet. */
  readonly #uses = new Map<string, Use>();
  #timer: NodeJS.Timeout | undefined;
  readonly #put: (rows: readonly LoggedRow[]) => void;
  readonly commit: (commit: LoggedCommit) => void;
  readonly replace: (rows: readonly LoggedRow[], revision: Revision) => void;
  readonly #write: (uses: Iterable<Use>, worldUsedAt: Instant | null) => void;
  readonly #world: string;
  /** When the world was last used; null if that is written already. */
  #worldUsedAt: Instant | null = null;
  #isEnded = false;

  constructor(database: SqliteDatabase, file: DataFile, world: string, commits: CommitTimes) {
    this.#world = world;
    this.#database = database;
    this.#file = file;
    const put = database.prepare<[StoredRow & { readonly world: string }]>(PUT);
    const remove = database.prepare<[string, string, string]>(
      'DELETE FROM objects WHERE world = ? AND collection = ? AND id = ?',
    );
    const empty = database.prepare<[string]>('DELETE FROM objects WHERE world = ?');
    const setRevision = database.prepare<[Revision]>('UPDATE store SET revision = ?');
    const use = database.prepare<[Instant, string, string, string]>(
      'UPDATE objects SET used_at = ? WHERE world = ? AND collection = ? AND id = ?',
    );
    const useWorld = database.prepare<[Instant, string]>('UPDATE worlds SET used_at = ? WHERE name = ?');
    this.#put = (rows) => {
      for (const row of rows) put.run({ world, ...storedOf(row) });
    };
    const inOneStep = (work: () => void) => inTransaction(database, 'IMMEDIATE', work);
    const guard = (work: () => void, isLess: boolean) => {
      // A request may still run in a deleted world; its changes are discarded.
      if (this.#isEnded) return;
      if (isLess) file.writeLess(() => inOneStep(work));
      else file.write(() => inOneStep(work));
    };
    this.commit = ({ puts, removed, revision }) => {
      commits.measure(() =>
        guard(() => {
          for (const { collection, id } of removed) remove.run(world, collection, id);
          this.#put(puts);
          setRevision.run(revision);
        }, removed.length > 0),
      );
      // A new row may get the id of a removed one, and must not get its use.
      for (const row of removed) this.#uses.delete(nameOf(row));
    };
    this.replace = (rows, revision) => {
      guard(() => {
        empty.run(world);
        this.#put(rows);
        setRevision.run(revision);
      }, true);
      this.#uses.clear();
    };
    this.#write = (uses, worldUsedAt) => {
      inOneStep(() => {
        for (const { collection, id, at } of uses) use.run(at, world, collection, id);
        if (worldUsedAt !== null) useWorld.run(worldUsedAt, world);
      });
    };
  }

  /** All rows, in the order of their places. @throws Damaged */
  read(): readonly LoggedRow[] {
    const all = this.#database.prepare<[string], StoredRow>(SELECT).all(this.#world);
    return all.map((stored) => ({ row: rowOf(stored), place: stored.seq }));
  }

  /** Writes the rows of a new world within a transaction of the caller. */
  fill(rows: readonly LoggedRow[]): void {
    this.#put(rows);
  }

  /** The highest revision of any world. @throws Damaged */
  static revisionIn(database: SqliteDatabase): Revision {
    const found = database.prepare<[], { readonly revision: Revision }>('SELECT revision FROM store').get();
    if (found === undefined) throw new Damaged('store', 'revision', 'it is not there');
    return found.revision;
  }

  use({ collection, id }: RowName, at: Instant): void {
    const use = { collection, id, at };
    this.#uses.set(nameOf(use), use);
    this.#flushLater();
  }

  /** Notes when the world was used, which is written as late as the use of a row. */
  useWorld(at: Instant): void {
    this.#worldUsedAt = at;
    this.#flushLater();
  }

  /** Called when the world was deleted. */
  end(): void {
    this.#isEnded = true;
    this.#forgetUses();
  }

  /** Writes the uses that are not written yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isEnded || (this.#uses.size === 0 && this.#worldUsedAt === null)) return;
    this.#write(this.#uses.values(), this.#worldUsedAt);
    this.#forgetUses();
  }

  #forgetUses(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#uses.clear();
    this.#worldUsedAt = null;
  }

  #flushLater(): void {
    this.#timer ??= setTimeout(() => this.#flushIfPossible(), DELAY_MS).unref();
  }

  /** If the disk is full, the uses stay queued, and the next use tries to write them again. */
  #flushIfPossible(): void {
    try {
      this.flush();
    } catch (cause) {
      if (this.#file.refusalOf(cause) === null) throw cause;
    }
  }
}

const NO_FACETS = { name: null, state: null, createdAt: null, modifiedAt: null } as const;

function storedOf({ row, place }: LoggedRow): StoredRow {
  const { collection, id, owner, parent, dueAt, usedAt, revision, facets } = row;
  const { name, state, createdAt, modifiedAt } = facets ?? NO_FACETS;
  const [aliases, labels, shared] = [listOf(row.aliases), listOf(row.labels), listOf(row.sharedWith)];
  const [seq, body] = [place, JSON.stringify(row.body)];
  const found = { seq, collection, id, owner, parent, aliases, labels, shared, dueAt, body, revision, usedAt };
  return Object.assign(found, { name, state, createdAt, modifiedAt });
}

function listOf(entries: readonly string[]): string | null {
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
  const row = {
    collection,
    id,
    owner,
    parent,
    aliases: entriesOf(stored.aliases),
    labels: entriesOf(stored.labels),
    sharedWith: entriesOf(stored.shared),
    dueAt,
    body: JSON.parse(stored.body),
    revision,
    usedAt,
  };
  return hasFacets ? { ...row, facets: { name, state, createdAt, modifiedAt } } : row;
}
