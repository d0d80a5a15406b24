import type { Instant } from '../../core/clock.ts';
import type { Revision } from '../collections.ts';
import { Damaged } from '../errors.ts';
import type { LoggedRow } from '../row-log.ts';
import { loggedOf, type StoredRow, storedOf } from '../stored-row.ts';
import type { KeptWorld, LogChanges, Logged, LoggedSnapshot, LogHead, LogUses, WorldLog } from '../world-log.ts';
import { inTransaction, type SqliteDatabase, type SqliteStatement } from './driver.ts';
import { closeDatabase, type Opened } from './open.ts';

const ROWS = `SELECT seq, collection, id, owner, parent, aliases, labels, shared, due_at AS dueAt, body, revision,
  used_at AS usedAt, name, state, created_at AS createdAt, modified_at AS modifiedAt FROM objects WHERE world = ? ORDER BY seq`;
const PUT = `INSERT INTO objects (world, seq, collection, id, owner, parent, aliases, labels, shared, due_at, body, revision,
  used_at, name, state, created_at, modified_at)
  VALUES (@world, @seq, @collection, @id, @owner, @parent, @aliases, @labels, @shared, @dueAt, @body, @revision, @usedAt, @name,
  @state, @createdAt, @modifiedAt) ON CONFLICT (world, collection, id) DO UPDATE SET owner = @owner, parent = @parent,
  aliases = @aliases, labels = @labels, shared = @shared, due_at = @dueAt, body = @body, revision = @revision,
  used_at = @usedAt, name = @name, state = @state, created_at = @createdAt, modified_at = @modifiedAt`;

/** Each statement is prepared when it is first needed. */
class Statements {
  readonly #database: SqliteDatabase;
  readonly #prepared = new Map<string, SqliteStatement>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  run(text: string, ...bound: readonly unknown[]): void {
    let prepared = this.#prepared.get(text);
    if (prepared === undefined) {
      prepared = this.#database.prepare(text);
      this.#prepared.set(text, prepared);
    }
    prepared.run(...bound);
  }

  all<Found>(text: string, ...bound: readonly unknown[]): Found[] {
    return this.#database.prepare<unknown[], Found>(text).all(...bound);
  }
}

/** All worlds in a data file. */
export class SqliteLog implements WorldLog {
  readonly #opened: Opened;
  readonly #statements: Statements;
  #isClosed = false;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#statements = new Statements(opened.database);
  }

  async read(): Promise<Logged> {
    const statements = this.#statements;
    const [head] = statements.all<{ readonly revision: Revision; readonly at: Instant }>(
      'SELECT revision, at FROM store',
    );
    if (head === undefined) throw new Damaged('store', 'revision', 'it is not there');
    const worlds = statements.all<KeptWorld & { readonly state: string }>(
      'SELECT name, made, ttl, created_at AS createdAt, used_at AS usedAt, state FROM worlds ORDER BY rowid',
    );
    return {
      head,
      worlds: worlds.map((world) => ({
        ...world,
        rows: statements.all<StoredRow>(ROWS, world.name).map(loggedOf),
      })),
      snapshots: statements.all<LoggedSnapshot>(
        'SELECT place, id, name, world, at, size, made FROM snapshots ORDER BY place',
      ),
    };
  }

  async commit({ puts, removed, states }: LogChanges, head: LogHead): Promise<void> {
    const statements = this.#statements;
    const write = () => {
      for (const { world, collection, id } of removed) {
        statements.run('DELETE FROM objects WHERE world = ? AND collection = ? AND id = ?', world, collection, id);
      }
      for (const put of puts) statements.run(PUT, { world: put.world, ...storedOf(put) });
      for (const { world, state } of states) statements.run('UPDATE worlds SET state = ? WHERE name = ?', state, world);
      this.#setHead(head);
    };
    if (removed.length > 0) this.#writeLess(write);
    else this.#write(write);
  }

  async use({ rows, worlds }: LogUses, head: LogHead): Promise<void> {
    const statements = this.#statements;
    this.#write(() => {
      for (const { world, collection, id, at } of rows) {
        const row = [at, world, collection, id];
        statements.run('UPDATE objects SET used_at = ? WHERE world = ? AND collection = ? AND id = ?', ...row);
      }
      for (const { world, at } of worlds) statements.run('UPDATE worlds SET used_at = ? WHERE name = ?', at, world);
      this.#setHead(head);
    });
  }

  async fill(world: string | KeptWorld, rows: readonly LoggedRow[], head: LogHead): Promise<void> {
    const statements = this.#statements;
    const name = typeof world === 'string' ? world : world.name;
    const write = () => {
      statements.run('DELETE FROM objects WHERE world = ?', name);
      if (typeof world !== 'string') {
        const { made, ttl, createdAt, usedAt } = world;
        statements.run(
          `INSERT OR REPLACE INTO worlds (name, made, ttl, created_at, used_at, state) VALUES (?, ?, ?, ?, ?, '')`,
          ...[name, made, ttl, createdAt, usedAt],
        );
      }
      for (const row of rows) statements.run(PUT, { world: name, ...storedOf(row) });
      this.#setHead(head);
    };
    if (typeof world === 'string') this.#writeLess(write);
    else this.#write(write);
  }

  async delete(world: string): Promise<void> {
    this.#writeLess(() => {
      this.#statements.run('DELETE FROM worlds WHERE name = ?', world);
      this.#statements.run('DELETE FROM objects WHERE world = ?', world);
    });
  }

  async putSnapshot(snapshot: LoggedSnapshot, parts: Iterable<string>): Promise<void> {
    const { place, id, name, world, at, size, made } = snapshot;
    this.#write(() => {
      this.#statements.run(
        'INSERT INTO snapshots (place, id, name, world, at, size, made) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[place, id, name, world, at, size, made],
      );
      let part = 0;
      for (const rows of parts) {
        this.#statements.run('INSERT INTO snapshot_parts (snapshot, part, rows) VALUES (?, ?, ?)', id, part, rows);
        part += 1;
      }
    });
  }

  async partsOfSnapshot(id: string): Promise<readonly string[]> {
    const parts = this.#statements.all<{ readonly rows: string }>(
      'SELECT rows FROM snapshot_parts WHERE snapshot = ? ORDER BY part',
      id,
    );
    return parts.map(({ rows }) => rows);
  }

  async deleteSnapshot(id: string): Promise<void> {
    this.#writeLess(() => {
      this.#statements.run('DELETE FROM snapshots WHERE id = ?', id);
      this.#statements.run('DELETE FROM snapshot_parts WHERE snapshot = ?', id);
    });
  }

  /** The file is locked. */
  isSure(): boolean {
    return true;
  }

  fault(): string | null {
    return this.#opened.file.fault;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#opened.file.close();
    closeDatabase(this.#opened.database);
  }

  #setHead({ revision, at }: LogHead): void {
    this.#statements.run('UPDATE store SET revision = max(revision, ?), at = max(at, ?)', revision, at);
  }

  /** @throws Unwritable */
  #write(work: () => void): void {
    this.#opened.file.write(() => inTransaction(this.#opened.database, 'IMMEDIATE', work));
  }

  /** Runs a write after which the file has less in it. @throws Unwritable */
  #writeLess(work: () => void): void {
    this.#opened.file.writeLess(() => inTransaction(this.#opened.database, 'IMMEDIATE', work));
  }
}
