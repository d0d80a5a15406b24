import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Pacer } from '../../lib/pacer.ts';
import { DamagedData } from '../errors.ts';
import { describeInitialRows, type ReadLine, RowReader } from '../row-reader.ts';
import { readPart, splitIntoParts } from '../saved-row.ts';
import type { StateMemory } from '../state-memory.ts';
import type {
  ChangedRow,
  LogChanges,
  LogContent,
  LogEntry,
  LoggedState,
  LoggedWorld,
  LogUses,
  ReadRow,
  RowOfWorld,
  SnapshotRecord,
  StorageInfo,
  WorldLog,
  WorldRecord,
} from '../world-log.ts';
import {
  inTransaction,
  readErrorCode,
  rollBack,
  type SqliteDatabase,
  type SqliteDriver,
  type SqliteStatement,
} from './driver.ts';
import { loadDriver } from './drivers.ts';
import { closeDatabase, type OpenDatabase, openDatabase } from './open.ts';

const PUT_ROW = `INSERT INTO objects (world, collection, id, row) VALUES (?, ?, ?, ?)
  ON CONFLICT (world, collection, id) DO UPDATE SET row = excluded.row`;
const PUT_USE = `INSERT INTO uses (world, collection, id, at) VALUES (?, ?, ?, ?)
  ON CONFLICT (world, collection, id) DO UPDATE SET at = excluded.at`;
const PUT_WORLD = `INSERT OR REPLACE INTO worlds (name, made, seed, ttl, created_at, used_at, state) VALUES (?, ?, ?, ?, ?, ?, '')`;
const PUT_SNAPSHOT = 'INSERT INTO snapshots (place, id, name, world, at, size) VALUES (?, ?, ?, ?, ?, ?)';

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

  /** Reads one result at a time, because all of them together may not fit into the heap. */
  iterate<Result>(text: string, ...bound: readonly unknown[]): Iterable<Result> {
    return this.#database.prepare<unknown[], Result>(text).iterate(...bound);
  }

  all<Result>(text: string, ...bound: readonly unknown[]): Result[] {
    return this.#database.prepare<unknown[], Result>(text).all(...bound);
  }
}

export class SqliteLog implements WorldLog {
  readonly info: StorageInfo;
  readonly isDurable = true;
  readonly notices: readonly string[] = [];
  /** Never: the file is locked until it is closed. */
  readonly lost = new Promise<string>(() => {});
  readonly #openDatabase: OpenDatabase;
  readonly #statements: Statements;
  #isClosed = false;

  /** Opens a data file, which only one process can use at a time. @throws UserError if it cannot be used */
  constructor(path: string, driver: SqliteDriver) {
    this.info = { kind: 'file', driver: driver.name, schema: null };
    this.#openDatabase = openDatabase(path, driver);
    this.#statements = new Statements(this.#openDatabase.database);
  }

  static async open(path: string): Promise<SqliteLog> {
    return new SqliteLog(path, await loadDriver());
  }

  async read(memory: StateMemory): Promise<LogContent> {
    try {
      return this.#read(new RowReader(memory));
    } catch (cause) {
      throw readErrorCode(cause) === '' ? cause : new DamagedData('its content', cause);
    }
  }

  #read(reader: RowReader): LogContent {
    const statements = this.#statements;
    const [head] = statements.all<{ readonly at: number }>('SELECT at FROM store');
    if (head === undefined) throw new DamagedData('the row of the table `store`', 'it is not there');
    const worlds = statements.all<SavedWorld>(
      'SELECT name, made, seed, ttl, created_at AS createdAt, used_at AS usedAt, state FROM worlds ORDER BY rowid',
    );
    return {
      at: head.at,
      worlds: worlds.map(({ made, seed, ...rest }) => ({
        ...rest,
        made: decompress(made, `the origin of the world \`${rest.name}\``),
        seed: reader.shareText(decompress(seed, `the seed of the world \`${rest.name}\``)),
        ...this.#readRows(rest.name, reader),
      })),
      snapshots: statements.all<SnapshotRecord>(
        'SELECT place, id, name, world, at, size FROM snapshots ORDER BY place',
      ),
    };
  }

  #readRows(world: string, reader: RowReader): Pick<LoggedWorld, 'initial' | 'changedRows' | 'uses'> {
    const statements = this.#statements;
    const place = describeInitialRows(world);
    const lines: ReadLine[] = [];
    const parts = 'SELECT rows FROM world_parts WHERE world = ? ORDER BY part';
    for (const { rows } of statements.iterate<Part>(parts, world)) {
      lines.push(...reader.readLines(decompress(rows, place), world));
    }
    const changedRows: ChangedRow[] = [];
    const objects = 'SELECT world, collection, id, row FROM objects WHERE world = ?';
    for (const object of statements.iterate<RowOfWorld & { readonly row: string | null }>(objects, world)) {
      changedRows.push(reader.readChange(object, object.row));
    }
    return {
      initial: reader.joinLines(lines, world),
      changedRows,
      uses: statements.all('SELECT collection, id, at FROM uses WHERE world = ?', world),
    };
  }

  async readSnapshot(id: string, part: number): Promise<readonly ReadRow[] | null> {
    const text = 'SELECT rows FROM snapshot_parts WHERE snapshot = ? AND part = ?';
    const [found] = this.#statements.all<Part>(text, id, part);
    const place = `the rows of the snapshot \`${id}\``;
    return found === undefined ? null : readPart(decompress(found.rows, place), place);
  }

  async append(entry: LogEntry, at: number): Promise<void> {
    switch (entry.kind) {
      case 'changes':
        return this.#write(() => this.#commit(entry, at));
      case 'uses':
        return this.#write(() => this.#noteUses(entry, at));
      case 'world':
        return this.#writeWorld(entry, at);
      case 'world-end':
        return this.#write(() => this.#deleteWorld(entry.name));
      case 'snapshot':
        return this.#writeSnapshot(entry);
      case 'snapshot-end':
        return this.#write(() => {
          this.#statements.run('DELETE FROM snapshots WHERE id = ?', entry.id);
          this.#statements.run('DELETE FROM snapshot_parts WHERE snapshot = ?', entry.id);
        });
    }
  }

  #commit({ puts, removed, states }: LogChanges, at: number): void {
    const statements = this.#statements;
    for (const { world, collection, id } of removed) {
      statements.run('DELETE FROM objects WHERE world = ? AND collection = ? AND id = ?', world, collection, id);
    }
    for (const { world, collection, id, text } of puts) statements.run(PUT_ROW, world, collection, id, text);
    for (const { world, collection, id } of [...removed, ...puts.filter(({ text }) => text === null)]) {
      statements.run('DELETE FROM uses WHERE world = ? AND collection = ? AND id = ?', world, collection, id);
    }
    for (const { world, state } of states) statements.run('UPDATE worlds SET state = ? WHERE name = ?', state, world);
    this.#setHead(at);
  }

  #noteUses({ rows, worlds }: LogUses, now: number): void {
    const statements = this.#statements;
    for (const { world, collection, id, at } of rows) statements.run(PUT_USE, world, collection, id, at);
    for (const { world, at } of worlds) statements.run('UPDATE worlds SET used_at = ? WHERE name = ?', at, world);
    this.#setHead(now);
  }

  #writeWorld({ name, record, state }: Extract<LogEntry, { kind: 'world' }>, at: number): Promise<void> {
    const start = () => {
      this.#empty(name);
      if (record !== null) {
        const { made, seed, ttl, createdAt, usedAt } = record;
        this.#statements.run(PUT_WORLD, name, compress(made), compress(seed), ttl, createdAt, usedAt);
      }
      this.#setHead(at);
    };
    return this.#writeParts(start, state, 'INSERT INTO world_parts (world, part, rows) VALUES (?, ?, ?)', name);
  }

  #deleteWorld(name: string): void {
    this.#statements.run('DELETE FROM worlds WHERE name = ?', name);
    this.#statements.run(
      'DELETE FROM snapshot_parts WHERE snapshot IN (SELECT id FROM snapshots WHERE world = ?)',
      name,
    );
    this.#statements.run('DELETE FROM snapshots WHERE world = ?', name);
    this.#empty(name);
  }

  #writeSnapshot({ record, state }: Extract<LogEntry, { kind: 'snapshot' }>): Promise<void> {
    const { place, id, name, world, at, size } = record;
    const start = () => this.#statements.run(PUT_SNAPSHOT, place, id, name, world, at, size);
    return this.#writeParts(start, state, 'INSERT INTO snapshot_parts (snapshot, part, rows) VALUES (?, ?, ?)', id);
  }

  fault(): string | null {
    return this.#openDatabase.file.fault;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeDatabase(this.#openDatabase.database);
  }

  #setHead(at: number): void {
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

  /** Writes a state in one transaction, with pauses. @param insert with an owner, a number and a part */
  async #writeParts(start: () => void, state: LoggedState, insert: string, owner: string): Promise<void> {
    const { database, file } = this.#openDatabase;
    file.write(() => database.exec('BEGIN IMMEDIATE'));
    try {
      file.write(start);
      const pacer = new Pacer();
      let part = 0;
      for (const rows of splitIntoParts(state)) {
        file.write(() => this.#statements.run(insert, owner, part, compress(rows)));
        part += 1;
        if (pacer.isLong) await pacer.pause();
      }
      file.write(() => database.exec('COMMIT'));
    } catch (cause) {
      rollBack(database);
      throw cause;
    }
  }
}

interface SavedWorld extends Omit<WorldRecord, 'made' | 'seed'> {
  readonly made: Uint8Array;
  readonly seed: Uint8Array;
  readonly state: string;
}

interface Part {
  readonly rows: Uint8Array;
}

/** Compresses data that is written and read only once: it gets six times smaller, and faster to write. */
function compress(text: string): Uint8Array {
  return deflateRawSync(text, { level: 1 });
}

/** Returns the text of compressed data. @param place the record, for messages @throws DamagedData */
function decompress(bytes: Uint8Array, place: string): string {
  try {
    // The default world has no provenance.
    return bytes.length === 0 ? '' : inflateRawSync(bytes).toString();
  } catch (cause) {
    throw new DamagedData(place, cause);
  }
}
