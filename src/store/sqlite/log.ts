import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Pacer } from '../../time/pacer.ts';
import { DamagedData } from '../errors.ts';
import { parseStoredJson, readPart, readRow } from '../saved-row.ts';
import type { SnapshotRecord } from '../snapshot-store.ts';
import type {
  LogChanges,
  LogContent,
  LoggedWorld,
  LogHead,
  LogUses,
  RowOfWorld,
  WorldLog,
  WorldRecord,
} from '../world-log.ts';
import { inTransaction, rollBack, type SqliteDatabase, type SqliteStatement } from './driver.ts';
import { closeDatabase, type OpenDatabase } from './open.ts';

const PUT_ROW = `INSERT INTO objects (world, collection, id, row) VALUES (?, ?, ?, ?)
  ON CONFLICT (world, collection, id) DO UPDATE SET row = excluded.row`;
const PUT_USE = `INSERT INTO uses (world, collection, id, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (world, collection, id) DO UPDATE SET at = excluded.at`;

/** Prepares each statement on first use. */
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

  all<Result>(text: string, ...bound: readonly unknown[]): Result[] {
    return this.#database.prepare<unknown[], Result>(text).all(...bound);
  }
}

/** All worlds in a data file. */
export class SqliteLog implements WorldLog {
  readonly #openDatabase: OpenDatabase;
  readonly #statements: Statements;
  #isClosed = false;

  constructor(openDatabase: OpenDatabase) {
    this.#openDatabase = openDatabase;
    this.#statements = new Statements(openDatabase.database);
  }

  async read(): Promise<LogContent> {
    const statements = this.#statements;
    const [head] = statements.all<LogHead>('SELECT at FROM store');
    if (head === undefined) throw new DamagedData('store', 'at', 'it is not there');
    const worlds = statements.all<Packed<Omit<LoggedWorld, 'initialRows' | 'changedRows' | 'uses'>, 'made'>>(
      'SELECT name, made, ttl, created_at AS createdAt, used_at AS usedAt, state FROM worlds ORDER BY rowid',
    );
    return {
      head,
      worlds: worlds.map(({ made, ...rest }) => ({
        ...rest,
        made: decompress(made, rest.name),
        ...this.#readRows(rest.name),
      })),
      snapshots: statements
        .all<Packed<SnapshotRecord, 'made'>>(
          'SELECT place, id, name, world, at, size, made FROM snapshots ORDER BY place',
        )
        .map(({ made, ...rest }) => ({ ...rest, made: decompress(made, rest.id) })),
    };
  }

  #readRows(world: string): Pick<LoggedWorld, 'initialRows' | 'changedRows' | 'uses'> {
    const statements = this.#statements;
    const parts = statements.all<Part>('SELECT rows FROM world_parts WHERE world = ? ORDER BY part', world);
    const later = statements.all<RowOfWorld & { readonly row: string | null }>(
      'SELECT collection, id, row FROM objects WHERE world = ?',
      world,
    );
    return {
      initialRows: parts.flatMap(({ rows }) => readPart(decompress(rows, world), world)),
      changedRows: later.map(({ collection, id, row }) => {
        return { collection, id, read: row === null ? null : readRow(parseStoredJson(row, collection, id)) };
      }),
      uses: statements.all('SELECT collection, id, at FROM uses WHERE world = ?', world),
    };
  }

  async commit({ puts, removed, states }: LogChanges, head: LogHead): Promise<void> {
    const statements = this.#statements;
    this.#write(() => {
      for (const { world, collection, id } of removed) {
        statements.run('DELETE FROM objects WHERE world = ? AND collection = ? AND id = ?', world, collection, id);
      }
      for (const { world, collection, id, text } of puts) statements.run(PUT_ROW, world, collection, id, text);
      for (const { world, collection, id } of [...removed, ...puts.filter(({ text }) => text === null)]) {
        statements.run('DELETE FROM uses WHERE world = ? AND collection = ? AND id = ?', world, collection, id);
      }
      for (const { world, state } of states) statements.run('UPDATE worlds SET state = ? WHERE name = ?', state, world);
      this.#setHead(head);
    });
  }

  async use({ rows, worlds }: LogUses, head: LogHead): Promise<void> {
    const statements = this.#statements;
    this.#write(() => {
      for (const { world, collection, id, at } of rows) statements.run(PUT_USE, world, collection, id, at);
      for (const { world, at } of worlds) statements.run('UPDATE worlds SET used_at = ? WHERE name = ?', at, world);
      this.#setHead(head);
    });
  }

  async fill(world: string | WorldRecord, parts: Iterable<string>, head: LogHead): Promise<void> {
    const statements = this.#statements;
    const name = typeof world === 'string' ? world : world.name;
    await this.#writeParts(
      () => {
        this.#empty(name);
        if (typeof world === 'string') return;
        const { made, ttl, createdAt, usedAt } = world;
        statements.run(
          `INSERT OR REPLACE INTO worlds (name, made, ttl, created_at, used_at, state) VALUES (?, ?, ?, ?, ?, '')`,
          name,
          compress(made),
          ttl,
          createdAt,
          usedAt,
        );
      },
      parts,
      (part, rows) => statements.run('INSERT INTO world_parts (world, part, rows) VALUES (?, ?, ?)', name, part, rows),
      head,
    );
  }

  async delete(world: string): Promise<void> {
    this.#write(() => {
      this.#statements.run('DELETE FROM worlds WHERE name = ?', world);
      this.#empty(world);
    });
  }

  async putSnapshot(snapshot: SnapshotRecord, parts: Iterable<string>): Promise<void> {
    const { place, id, name, world, at, size, made } = snapshot;
    const statements = this.#statements;
    await this.#writeParts(
      () =>
        statements.run(
          'INSERT INTO snapshots (place, id, name, world, at, size, made) VALUES (?, ?, ?, ?, ?, ?, ?)',
          place,
          id,
          name,
          world,
          at,
          size,
          compress(made),
        ),
      parts,
      (part, rows) =>
        statements.run('INSERT INTO snapshot_parts (snapshot, part, rows) VALUES (?, ?, ?)', id, part, rows),
    );
  }

  async readSnapshotPart(id: string, part: number): Promise<string | null> {
    const [snapshotPart] = this.#statements.all<Part>(
      'SELECT rows FROM snapshot_parts WHERE snapshot = ? AND part = ?',
      id,
      part,
    );
    return snapshotPart === undefined ? null : decompress(snapshotPart.rows, id);
  }

  async deleteSnapshot(id: string): Promise<void> {
    this.#write(() => {
      this.#statements.run('DELETE FROM snapshots WHERE id = ?', id);
      this.#statements.run('DELETE FROM snapshot_parts WHERE snapshot = ?', id);
    });
  }

  /** Always true, because the file is locked. */
  isSure(): boolean {
    return true;
  }

  fault(): string | null {
    return this.#openDatabase.file.fault;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeDatabase(this.#openDatabase.database);
  }

  #setHead({ at }: LogHead): void {
    this.#statements.run('UPDATE store SET at = max(at, ?)', at);
  }

  #empty(world: string): void {
    for (const table of ['world_parts', 'objects', 'uses']) {
      this.#statements.run(`DELETE FROM ${table} WHERE world = ?`, world);
    }
  }

  /** Runs a write in a transaction. @throws WriteFailure if it fails */
  #write(work: () => void): void {
    this.#openDatabase.file.write(() => inTransaction(this.#openDatabase.database, 'IMMEDIATE', work));
  }

  /**
   * Writes parts in one transaction, pausing for requests in between. Nothing else is written during the transaction.
   *
   * @throws WriteFailure
   */
  async #writeParts(
    start: () => void,
    parts: Iterable<string>,
    write: (part: number, rows: Uint8Array) => void,
    head?: LogHead,
  ): Promise<void> {
    const { database, file } = this.#openDatabase;
    const step = (work: () => void) => file.write(work);
    step(() => database.exec('BEGIN IMMEDIATE'));
    try {
      step(start);
      const pacer = new Pacer();
      let part = 0;
      for (const rows of parts) {
        step(() => write(part, compress(rows)));
        part += 1;
        if (pacer.isLong) await pacer.pause();
      }
      step(() => {
        if (head !== undefined) this.#setHead(head);
        database.exec('COMMIT');
      });
    } catch (cause) {
      rollBack(database);
      throw cause;
    }
  }
}

interface Part {
  readonly rows: Uint8Array;
}

/** A row of a table with compressed text. */
type Packed<Row, Name extends keyof Row> = Omit<Row, Name> & Readonly<Record<Name, Uint8Array>>;

/** Compresses data that is written and read only once: it gets six times smaller, and faster to write. */
function compress(text: string): Uint8Array {
  return deflateRawSync(text, { level: 1 });
}

/** Returns the text of compressed data. @param owner the world or snapshot, for messages @throws DamagedData */
function decompress(bytes: Uint8Array, owner: string): string {
  try {
    // The default world has no provenance.
    return bytes.length === 0 ? '' : inflateRawSync(bytes).toString();
  } catch (cause) {
    throw new DamagedData('rows', owner, cause);
  }
}
