import type { Instant } from '../../core/clock.ts';
import type { Revision, Row } from '../collections.ts';
import { Changed, Collision, LimitReached } from '../errors.ts';
import type { Store } from '../index.ts';
import type { StoreParts } from '../shared.ts';
import type { SharedWorlds, WorldRecord } from '../sharing.ts';
import { Turns } from '../turns.ts';
import { retrying } from '../updating.ts';
import type { Connection } from './connection.ts';
import type { Transaction } from './pool.ts';
import { WORLD_TABLES } from './schema.ts';
import { SERIES } from './statements.ts';

/** The most deleted or ended worlds whose names are kept. */
const MOST_GONE = 10_000;

interface StoredRecord {
  readonly id: string;
  readonly name: string;
  readonly credentials: string;
  readonly is_there: boolean;
  readonly ttl: string | null;
  readonly label: string | null;
  readonly created_at: string;
  readonly used_at: string;
  readonly listed: string;
}

/** The parts of a database that its worlds need. */
export interface WorldsParts {
  readonly connection: Connection;
  /** Inserts the name of the schema into a statement. */
  readonly sql: (text: string) => string;
  /** Creates the store of an existing world. */
  readonly storeOf: (id: string, series: string, shared: StoreParts) => Store;
  /** Writes the rows of a new world. */
  readonly fill: (transaction: Transaction, id: string, rows: readonly Row[], revision: Revision) => Promise<void>;
}

/** The worlds of a database other than the default one. */
export class PostgresWorlds implements Omit<SharedWorlds, 'refresh' | 'snapshots'> {
  readonly records = new Map<string, WorldRecord>();
  readonly gone = new Set<string>();
  /** The names of the existing worlds, by id. */
  readonly #names = new Map<string, string>();
  readonly #connection: Connection;
  readonly #parts: WorldsParts;
  /** Worlds are made and deleted one after the other: who waits here does not wait in the database, which has a limit. */
  readonly #turns = new Turns();
  /** The version of the directory that was read. */
  #listed = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(parts: WorldsParts) {
    this.#connection = parts.connection;
    this.#parts = parts;
  }

  /** Reads the list of worlds if it has changed. @param directory its current version */
  async reread(directory: number, noteUses: ReadonlyMap<string, Instant>): Promise<void> {
    // One read after the other, so that an earlier result does not replace a later one.
    this.#reading = this.#reading.catch(() => {}).then(() => this.#readFrom(directory));
    await this.#reading;
    for (const [id, usedAt] of noteUses) {
      const record = this.records.get(this.#names.get(id) ?? '');
      if (record !== undefined && usedAt > record.usedAt) this.#put({ ...record, usedAt });
    }
  }

  async #readFrom(directory: number): Promise<void> {
    if (directory > this.#listed) {
      const found = await this.#connection.query<StoredRecord>(
        this.#sql(`SELECT id, name, credentials, is_there, ttl, label, created_at, used_at, listed FROM $schema.worlds
          WHERE listed > $1 AND listed > 0 ORDER BY listed`),
        [this.#listed],
      );
      for (const one of found) this.#take(one);
      this.#listed = Math.max(directory, ...found.map(({ listed }) => Number(listed)));
    }
  }

  get version(): number {
    return this.#listed;
  }

  async open({ id }: WorldRecord, shared: StoreParts): ReturnType<SharedWorlds['open']> {
    const [found] = await this.#connection.query<{ readonly series: string; readonly made: string }>(
      this.#sql('SELECT series, made FROM $schema.worlds WHERE id = $1 AND is_there'),
      [id],
    );
    return found === undefined ? null : { store: this.#parts.storeOf(id, found.series, shared), made: found.made };
  }

  async make(
    order: Parameters<SharedWorlds['make']>[0],
    most: number,
    shared: StoreParts,
  ): ReturnType<SharedWorlds['make']> {
    // Another process may delete a world while the rows are written, which raises the highest revision.
    const { record, series } = await this.#turns.take(() =>
      retrying(() => this.#connection.transaction((transaction) => this.#make(transaction, order, most))),
    );
    this.#put(record);
    return { store: this.#parts.storeOf(record.id, series, shared), record };
  }

  /** Writes the rows first and locks the directory last, so that other processes wait for it only briefly. */
  async #make(
    transaction: Transaction,
    { name, credentials, ttl, label, createdAt, made, rows }: Parameters<SharedWorlds['make']>[0],
    most: number,
  ): Promise<{ readonly record: WorldRecord; readonly series: string }> {
    const [before] = await transaction.query<{ readonly highest: string; readonly series: string }>(
      this.#sql(`SELECT highest, ${SERIES} AS series FROM $schema.directory`),
    );
    const [revision, series] = [Number(before?.highest) + 1, before?.series ?? ''];
    const id = `${name} ${revision} ${series}`;
    await transaction.query(this.#sql('INSERT INTO $schema.logs (world) VALUES ($1)'), [id]);
    await this.#parts.fill(transaction, id, rows, revision);
    const { revision: listed, highest } = await this.#lock(transaction);
    if (highest >= revision) throw new Changed();
    const [there] = await transaction.query<{ readonly count: string; readonly taken: string }>(
      this.#sql(`SELECT count(*) AS count, count(*) FILTER (WHERE name = $1) AS taken
        FROM $schema.worlds WHERE is_there AND listed > 0`),
      [name],
    );
    if (Number(there?.taken) > 0) throw new Collision();
    if (Number(there?.count) >= most) throw new LimitReached();
    await transaction.query(
      this.#sql(`INSERT INTO $schema.worlds
        (id, name, listed, revision, base, series, made, credentials, ttl, label, created_at, used_at)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $10)`),
      [id, name, listed, revision, series, made, credentials, ttl, label, createdAt],
    );
    return { record: { id, name, credentials, ttl, label, createdAt, usedAt: createdAt }, series };
  }

  delete({ id }: Pick<WorldRecord, 'id'>): Promise<boolean> {
    return this.#turns.take(() =>
      this.#connection.transaction(async (transaction) => (await this.#end(transaction, 'id = $1', [id])) > 0),
    );
  }

  async noteUses(ids: readonly string[], at: Instant): Promise<void> {
    await this.#connection.change(
      this.#sql('UPDATE $schema.worlds SET used_at = greatest(used_at, $2) WHERE id = ANY($1)'),
      [ids, at],
    );
  }

  async sweep(at: Instant): Promise<void> {
    await this.#connection.transaction((transaction) => this.#end(transaction, 'used_at + ttl <= $1', [at]));
  }

  async worldsWith(aliases: Parameters<SharedWorlds['worldsWith']>[0]): Promise<readonly string[]> {
    const found = await this.#connection.query<{ readonly world: string }>(
      this.#sql(`SELECT DISTINCT o.world FROM json_to_recordset($1::json) AS given (collection text, alias text)
        JOIN $schema.objects o ON o.aliases @> ARRAY[given.alias] AND o.collection = given.collection`),
      [JSON.stringify(aliases)],
    );
    // The id of the default world is its name.
    return found.map(({ world }) => this.#names.get(world) ?? world);
  }

  #sql(text: string): string {
    return this.#parts.sql(text);
  }

  /** Locks the directory: no other process creates or deletes a world until the end of the transaction. */
  async #lock(transaction: Transaction): Promise<{ readonly revision: number; readonly highest: number }> {
    const [row] = await transaction.query<{ readonly revision: string; readonly highest: string }>(
      this.#sql('UPDATE $schema.directory SET revision = revision + 1 RETURNING revision, highest'),
    );
    return { revision: Number(row?.revision), highest: Number(row?.highest) };
  }

  /** @returns the number of worlds that it ended */
  async #end(transaction: Transaction, which: string, values: readonly unknown[]): Promise<number> {
    const over = await transaction.query<{ readonly id: string }>(
      this.#sql(`SELECT id FROM $schema.worlds WHERE is_there AND listed > 0 AND ${which}`),
      values,
    );
    if (over.length === 0) return 0;
    const { revision } = await this.#lock(transaction);
    const ids = over.map(({ id }) => id);
    const ended = await transaction.query<{ readonly revision: string }>(
      this.#sql(`UPDATE $schema.worlds SET is_there = false, listed = $2, made = '', state = ''
        WHERE id = ANY($1) AND is_there AND ${which.replace('$1', '$3')} RETURNING revision`),
      [ids, revision, ...values],
    );
    const highest = Math.max(0, ...ended.map((row) => Number(row.revision)));
    await transaction.query(this.#sql('UPDATE $schema.directory SET highest = greatest(highest, $1)'), [highest]);
    for (const table of [...WORLD_TABLES, 'logs', 'happenings', 'counted']) {
      await transaction.query(
        this.#sql(`DELETE FROM $schema.${table} t USING $schema.worlds w
        WHERE t.world = w.id AND NOT w.is_there AND w.id = ANY($1)`),
        [ids],
      );
    }
    await transaction.query(
      this.#sql(`DELETE FROM $schema.worlds WHERE NOT is_there AND listed <= (
        SELECT listed FROM $schema.worlds WHERE NOT is_there ORDER BY listed DESC OFFSET ${MOST_GONE} LIMIT 1)`),
    );
    return ended.length;
  }

  #put(record: WorldRecord): void {
    this.records.set(record.name, record);
    this.#names.set(record.id, record.name);
    this.gone.delete(record.name);
  }

  #take({ id, name, credentials, is_there, ttl, label, created_at, used_at }: StoredRecord): void {
    if (is_there) {
      const times = { createdAt: Number(created_at), usedAt: Number(used_at) };
      this.#put({ id, name, credentials, ttl: ttl === null ? null : Number(ttl), label, ...times });
      return;
    }
    this.#names.delete(id);
    if (this.records.get(name)?.id === id) this.records.delete(name);
    if (this.records.has(name)) return;
    this.gone.add(name);
    const [oldest] = this.gone;
    if (this.gone.size > MOST_GONE && oldest !== undefined) this.gone.delete(oldest);
  }
}
