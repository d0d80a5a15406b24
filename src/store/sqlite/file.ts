import type { Instant } from '../../core/clock.ts';
import { Collision } from '../errors.ts';
import type { Store } from '../index.ts';
import type { KeptWorld, KeptWorlds } from '../kept-worlds.ts';
import { storeOn } from '../memory.ts';
import type { StoreParts } from '../shared.ts';
import type { SharedSnapshots, SharedText, SnapshotRecord, StoredSnapshot } from '../sharing.ts';
import { entriesIn, type FrozenRows, frozenRows, rowsIn, sizeOf, WorldRows } from '../world-rows.ts';
import { inTransaction } from './driver.ts';
import { SqliteLog } from './log.ts';
import { closeDatabase, type Opened } from './open.ts';

interface StoredSnapshotRow extends SnapshotRecord, Pick<StoredSnapshot, 'made'> {
  readonly rows: string;
}

/** A data file: the default world, the other worlds, and snapshots. */
export class SqliteFile implements KeptWorlds {
  /** The name of the driver that opened the file. */
  readonly driver: string;
  readonly notices: readonly string[];
  readonly found: readonly KeptWorld[];
  readonly snapshots: SharedSnapshots;
  readonly #opened: Opened;
  readonly #shared: StoreParts;
  readonly #logs = new Map<string, SqliteLog>();

  /** @throws Damaged */
  constructor(opened: Opened, shared: StoreParts, driver: string) {
    this.driver = driver;
    const { database, notices } = opened;
    this.#opened = opened;
    this.#shared = shared;
    this.notices = notices;
    shared.revisions.goOnAbove(SqliteLog.revisionIn(database));
    this.found = database
      .prepare<[], KeptWorld>(
        `SELECT name, made, ttl, created_at AS createdAt, used_at AS usedAt FROM worlds WHERE name <> 'default' ORDER BY rowid`,
      )
      .all();
    this.snapshots = this.#snapshotsIn();
  }

  /** @throws Damaged if a row of the world cannot be read */
  open(name: string): Store {
    const log = this.#logOf(name);
    const beside = { log, account: this.#shared.state.open() };
    return this.#storeOn(WorldRows.ofStored(log.read(), this.#shared.revisions, beside), log, name);
  }

  make({ name, made, ttl, createdAt, usedAt }: KeptWorld, rows: FrozenRows): Store {
    const log = this.#logOf(name);
    const { revisions, state } = this.#shared;
    const all = new WorldRows(rows, revisions, { log, account: state.open() });
    const write = () => {
      this.#opened.database
        .prepare('INSERT INTO worlds (name, made, ttl, created_at, used_at, driven) VALUES (?, ?, ?, ?, ?, ?)')
        .run(name, made, ttl, createdAt, usedAt, '');
      log.fill(entriesIn(rows));
    };
    try {
      this.#write(write);
    } catch (cause) {
      all.release();
      throw cause;
    }
    return this.#storeOn(all, log, name);
  }

  delete(name: string): void {
    this.#writeLess(() => {
      for (const text of ['DELETE FROM worlds WHERE name = ?', 'DELETE FROM objects WHERE world = ?']) {
        this.#opened.database.prepare(text).run(name);
      }
    });
    this.#logs.get(name)?.end();
    this.#logs.delete(name);
  }

  noteUse(name: string, at: Instant): void {
    this.#logs.get(name)?.useWorld(at);
  }

  close(): void {
    this.#opened.file.close();
    closeDatabase(this.#opened.database);
  }

  #logOf(name: string): SqliteLog {
    const log = new SqliteLog(this.#opened.database, this.#opened.file, name, this.#shared.commits);
    this.#logs.set(name, log);
    return log;
  }

  #storeOn(rows: WorldRows, log: SqliteLog, name: string): Store {
    const { file } = this.#opened;
    const state = this.#stateOf(name);
    return storeOn(rows, { notices: [], state, fault: () => file.fault, close: () => log.flush() });
  }

  #writeLess(work: () => void): void {
    this.#opened.file.writeLess(() => inTransaction(this.#opened.database, 'IMMEDIATE', work));
  }

  #write(work: () => void): void {
    this.#opened.file.write(() => inTransaction(this.#opened.database, 'IMMEDIATE', work));
  }

  #stateOf(name: string): SharedText {
    const { database } = this.#opened;
    const read = database.prepare<[string], { readonly driven: string }>('SELECT driven FROM worlds WHERE name = ?');
    let text = read.get(name)?.driven ?? '';
    return {
      get text() {
        return text;
      },
      refresh: async () => {},
      update: async (change) => {
        const [after, result] = change(text);
        if (after !== text) {
          this.#write(() => database.prepare('UPDATE worlds SET driven = ? WHERE name = ?').run(after, name));
        }
        text = after;
        return result;
      },
    };
  }

  #snapshotsIn(): SharedSnapshots {
    const { database } = this.#opened;
    const MEMBERS = 'id, name, world, at, size, place';
    const list = database.prepare<[], SnapshotRecord>(`SELECT ${MEMBERS} FROM snapshots ORDER BY place`);
    const find = database.prepare<[string], StoredSnapshotRow>(
      `SELECT ${MEMBERS}, made, rows FROM snapshots WHERE id = ?`,
    );
    const has = database.prepare<[string]>('SELECT 1 FROM snapshots WHERE id = ?');
    return {
      list: async () => list.all(),
      find: async (id) => {
        const stored = find.get(id);
        if (stored === undefined) return null;
        const { rows, ...record } = stored;
        return { ...record, rows: frozenRows(JSON.parse(rows), this.#shared.revisions) };
      },
      put: async ({ id, name, world, at, made, rows }) => {
        const size = sizeOf(rows);
        if (has.get(id) !== undefined) throw new Collision();
        this.#write(() => {
          database
            .prepare('INSERT INTO snapshots (id, name, world, at, size, made, rows) VALUES (?, ?, ?, ?, ?, ?, ?)')
            .run(id, name, world, at, size, made, JSON.stringify(rowsIn(rows)));
        });
        return size;
      },
      delete: async (id) => {
        const isThere = has.get(id) !== undefined;
        if (isThere) this.#writeLess(() => database.prepare('DELETE FROM snapshots WHERE id = ?').run(id));
        return isThere;
      },
    };
  }
}
