import type { Instant } from '../../core/clock.ts';
import { TakesNothing } from '../errors.ts';
import type { Counted, LogNews, NewActivity, SharedLog, StoredActivity } from '../sharing.ts';
import type { Connection } from './connection.ts';
import { type LogStatements, MOST_CHARACTERS, MOST_COUNTED, PAGE } from './log-statements.ts';

/** The oldest activities are deleted each time so many more were stored. */
const PRUNED_EVERY = 1000;
/** The most activities that are queued while the database accepts no changes. */
const MOST_WAITING = 10_000;

/** The finding about activities for which the queue had no room. */
const LOST =
  'Requests, decisions or events were not recorded: the database refused changes for so long that the queue was full.';

/** When a row was used. */
interface Note {
  readonly collection: string;
  readonly id: string;
  readonly at: Instant;
}

/** The activities, counts and uses that one write stores. */
class Batch {
  readonly activities: NewActivity[] = [];
  readonly counted = new Map<string, Omit<Counted, 'name'>>();
  readonly notes = new Map<string, Note>();
  #characters = 0;

  /**
   * @returns whether there was room. The limit of characters is that of the stored log: more would be deleted again.
   */
  append(activity: NewActivity): boolean {
    const { length } = activity.data;
    if (this.activities.length === MOST_WAITING || this.#characters + length > MOST_CHARACTERS) return false;
    this.#characters += length;
    this.activities.push(activity);
    return true;
  }

  count({ kind, message, firstAt, lastAt, count }: Omit<Counted, 'name'>): void {
    const name = `${kind} ${message}`;
    const before = this.counted.get(name);
    if (before === undefined && this.counted.size === MOST_COUNTED) return;
    const first = before?.firstAt ?? firstAt;
    this.counted.set(name, { kind, message, firstAt: first, lastAt, count: count + (before?.count ?? 0) });
  }

  note(note: Note): void {
    this.notes.set(nameOf(note.collection, note.id), note);
  }

  get isEmpty(): boolean {
    return this.activities.length === 0 && this.counted.size === 0 && this.notes.size === 0;
  }
}

interface Head {
  readonly position: string;
  readonly requests: string;
  readonly emptied_position: string;
  readonly emptied_requests: string;
}

interface StoredPlace extends StoredActivity {
  readonly position: string;
  readonly request: string | null;
  readonly event: string | null;
}

export interface PostgresLogParts {
  readonly connection: Connection;
  readonly statements: LogStatements;
  readonly world: string;
  /** Called when uses of rows were written, with the number of written uses before and after. */
  readonly noted: (before: number, after: number) => void;
}

/**
 * The log of one world in a database. Requests that end at the same time share a write: activities that arrive during a
 * write are stored with the next one.
 */
export class PostgresLog implements SharedLog {
  readonly #parts: PostgresLogParts;
  #waiting = new Batch();
  /** The batch that is being written. */
  #leaving = new Batch();
  #writing: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #latest: Instant = 0;
  /** The position up to which this process has read. */
  #read = 0;
  #isPruning = false;

  constructor(parts: PostgresLogParts) {
    this.#parts = parts;
  }

  append(activity: NewActivity, at: Instant): void {
    this.#latest = Math.max(this.#latest, at);
    this.#append(activity);
  }

  count(kind: string, message: string, at: Instant): void {
    this.#waiting.count({ kind, message, firstAt: at, lastAt: at, count: 1 });
  }

  /** Queues the use of a row for the next `flush`. */
  note(collection: string, id: string, at: Instant): void {
    this.#waiting.note({ collection, id, at });
  }

  /** When a row was used, if that is not stored yet. */
  noteOf(collection: string, id: string): Instant | undefined {
    const [waiting, leaving] = [this.#waiting.notes, this.#leaving.notes];
    if (waiting.size === 0 && leaving.size === 0) return undefined;
    const name = nameOf(collection, id);
    return (waiting.get(name) ?? leaving.get(name))?.at;
  }

  /** Discards queued uses of a row that was removed, or of all rows. */
  dropNotes(of?: { readonly collection: string; readonly id: string }): void {
    for (const { notes } of [this.#waiting, this.#leaving]) {
      if (of === undefined) notes.clear();
      else notes.delete(nameOf(of.collection, of.id));
    }
  }

  flush(): Promise<void> {
    if (this.#waiting.isEmpty) return this.#writing ?? Promise.resolve();
    if (this.#next !== null) return this.#next;
    const begin = () => this.#writeWaiting();
    this.#next = (this.#writing ?? Promise.resolve()).then(begin, begin);
    return this.#next;
  }

  async news(): Promise<LogNews> {
    const { connection, statements, world } = this.#parts;
    const from = this.#read;
    const [head] = await connection.query<Head>(statements.head, [world]);
    const to = Number(head?.position ?? 0);
    if (head === undefined || to === from) return { emptiedAt: null, activities: [], counted: [] };
    const activities = await this.#activities(from, to);
    const counted = await connection.query<Record<keyof Counted, string>>(statements.counted, [world, from]);
    this.#read = to;
    return {
      emptiedAt: Number(head.emptied_position) > from ? Number(head.emptied_requests) : null,
      activities,
      counted: counted.map(({ name, kind, message, firstAt, lastAt, count }) => ({
        ...{ name, kind, message },
        ...{ firstAt: Number(firstAt), lastAt: Number(lastAt), count: Number(count) },
      })),
    };
  }

  async uncount(name: string, { kind, data }: StoredActivity): Promise<boolean> {
    const { connection, statements, world } = this.#parts;
    await this.flush();
    return connection.transaction(async (transaction) => {
      // This locks the log: other writers wait until the end of the transaction.
      const [head] = await transaction.query<{ readonly position: string }>(statements.place, [world]);
      const gone = await transaction.query(statements.uncount, [world, name]);
      if (head === undefined || gone.length === 0) return false;
      await transaction.query(statements.store, [world, head.position, kind, data]);
      return true;
    });
  }

  async empty(): Promise<void> {
    const { connection, statements, world } = this.#parts;
    await this.flush();
    await connection.transaction(async (transaction) => {
      for (const statement of statements.empty) await transaction.query(statement, [world]);
    });
  }

  /**
   * Queues an activity. One without room is counted, and the count is stored as soon as the database accepts changes.
   */
  #append(activity: NewActivity): void {
    if (this.#waiting.append(activity)) return;
    this.count('storage', LOST, this.#latest);
  }

  #writeWaiting(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Batch();
    this.#next = null;
    this.#leaving = batch;
    const writing = this.#write(batch)
      .catch((fault) => {
        if (fault instanceof TakesNothing) this.#keep(batch);
        throw fault;
      })
      .finally(() => {
        if (this.#writing === writing) this.#writing = null;
        if (this.#leaving === batch) this.#leaving = new Batch();
      });
    this.#writing = writing;
    return writing;
  }

  async #write({ activities, counted, notes }: Batch): Promise<void> {
    const { connection, statements, world, noted } = this.#parts;
    let requests = 0;
    let events = 0;
    const given = activities.map(({ kind, data, isRequest, isEvent }, index) => ({
      ...{ place: index + 1, kind, data },
      request: isRequest ? ++requests : null,
      event: isEvent ? ++events : null,
    }));
    // A batch with only counts takes a position, too, so that other processes notice it.
    const places = Math.max(given.length, counted.size > 0 ? 1 : 0);
    const lists = [given, [...counted.values()], [...notes.values()]].map((list) => JSON.stringify(list));
    const values = [world, places, requests, events, notes.size, ...lists];
    const [head] = await connection.query<Record<'position' | 'noted', string>>(statements.write, values);
    // No head: the world was deleted.
    if (head === undefined) return;
    if (notes.size > 0) noted(Number(head.noted) - notes.size, Number(head.noted));
    const position = Number(head.position);
    if (Math.floor(position / PRUNED_EVERY) > Math.floor((position - places) / PRUNED_EVERY)) this.#prune();
  }

  /**
   * Not awaited: the next pruning deletes the rest if this one fails. It takes one connection and no more, because a
   * database under load takes long to delete, and requests wait for connections, too.
   */
  #prune(): void {
    if (this.#isPruning) return;
    this.#isPruning = true;
    const { connection, statements, world } = this.#parts;
    const all = async () => {
      for (const statement of statements.prune) await connection.change(statement, [world]);
    };
    all()
      .catch(() => {})
      .finally(() => {
        this.#isPruning = false;
      });
  }

  /** Puts a batch of which certainly nothing was stored back at the head of the queue. */
  #keep({ activities, counted, notes }: Batch): void {
    const later = this.#waiting;
    this.#waiting = new Batch();
    for (const one of [...activities, ...later.activities]) this.#append(one);
    for (const one of [...counted.values(), ...later.counted.values()]) this.#waiting.count(one);
    for (const one of [...notes.values(), ...later.notes.values()]) this.#waiting.note(one);
  }

  /** The activities after one position, up to another. */
  async #activities(from: number, to: number): Promise<LogNews['activities']> {
    const { connection, statements, world } = this.#parts;
    const stored: StoredPlace[] = [];
    for (let at = from, isMore = true; isMore; ) {
      const page = await connection.query<StoredPlace>(statements.after, [world, at, to]);
      stored.push(...page);
      at = Number(page.at(-1)?.position ?? to);
      isMore = page.length === PAGE;
    }
    return stored.map(({ kind, data, request, event }) => ({
      ...{ kind, data },
      request: request === null ? null : Number(request),
      event: event === null ? null : Number(event),
    }));
  }
}

function nameOf(collection: string, id: string): string {
  return `${collection} ${id}`;
}
