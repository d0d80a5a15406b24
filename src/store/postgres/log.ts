import type { Instant } from '../../core/clock.ts';
import { TakesNothing } from '../errors.ts';
import type { Counted, LogNews, NewHappening, SharedLog, StoredHappening } from '../sharing.ts';
import type { Connection } from './connection.ts';

/** How many happenings of a world are kept. A request is one, and the decision about it another. */
const MOST = 5000;
/** And how many characters of them. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** How many of what is counted. */
const MOST_COUNTED = 200;
/** The oldest make room each time so many more are stored. */
const PRUNED_EVERY = 200;
/** How many are read at once. */
const PAGE = 500;
/** How many wait to be stored at most, if the database is away. */
const MOST_WAITING = 10_000;

/** Told of each happening that there was no room for. */
const LOST =
  'Requests, decisions or events were not recorded: the database took nothing for so long that too many of them waited.';

/** When a row was used. */
interface Note {
  readonly collection: string;
  readonly id: string;
  readonly at: Instant;
}

/** What waits to be stored. */
class Batch {
  readonly happenings: NewHappening[] = [];
  readonly counted = new Map<string, Omit<Counted, 'name'>>();
  readonly notes = new Map<string, Note>();
  #characters = 0;

  /** Has room for as much as is kept in the end. */
  append(happening: NewHappening): boolean {
    const { length } = happening.data;
    if (this.happenings.length === MOST_WAITING || this.#characters + length > MOST_CHARACTERS) return false;
    this.#characters += length;
    this.happenings.push(happening);
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
    return this.happenings.length === 0 && this.counted.size === 0 && this.notes.size === 0;
  }
}

interface Head {
  readonly position: string;
  readonly requests: string;
  readonly emptied_position: string;
  readonly emptied_requests: string;
}

interface StoredPlace extends StoredHappening {
  readonly position: string;
  readonly request: string | null;
  readonly event: string | null;
}

/** The log of a world in a database. */
export interface PostgresLog extends SharedLog {
  /** To be written with the next `flush`. */
  note(collection: string, id: string, at: Instant): void;
  /** When a row was used, as long as that is not stored yet. */
  noteOf(collection: string, id: string): Instant | undefined;
  /** The row is gone, or all are: what was noted of it is about nothing. */
  dropNotes(of?: { readonly collection: string; readonly id: string }): void;
}

/**
 * The log of one world. Requests that end at the same time write together: whoever comes while something is written waits
 * for the next time.
 *
 * @param sql puts the schema's name into a statement
 * @param noted is told, once rows were noted, how often that happened before and after
 */
export function postgresLog(
  connection: Connection,
  sql: (text: string) => string,
  world: string,
  noted: (before: number, after: number) => void,
): PostgresLog {
  // Whoever notes something changes rows, and so locks the world first, as every commit does: otherwise the two could wait
  // for each other.
  const WRITE = sql(`WITH locked AS (
      SELECT id FROM $schema.worlds WHERE id = $1 AND $5 > 0 FOR NO KEY UPDATE
    ), head AS (
      UPDATE $schema.logs SET position = position + $2, requests = requests + $3, events = events + $4, noted = noted + $5
      WHERE world = $1 AND (SELECT count(*) FROM locked) >= 0 RETURNING position, requests - $3 AS requests, events - $4 AS events, noted
    ), stored AS (
      INSERT INTO $schema.happenings (world, position, kind, request, event, data)
      SELECT $1, head.position - $2 + g.place, g.kind, head.requests + g.request, head.events + g.event, g.data
      FROM head, json_to_recordset($6::json) AS g (place bigint, kind text, request bigint, event bigint, data text)
    ), counted AS (
      INSERT INTO $schema.counted AS c (world, name, kind, message, first_at, last_at, count, position)
      SELECT $1, md5(g.kind || ' ' || g.message), g.kind, g.message, g."firstAt", g."lastAt", g.count, head.position
      FROM head, json_to_recordset($7::json) AS g (kind text, message text, "firstAt" bigint, "lastAt" bigint, count bigint)
      ON CONFLICT (world, name) DO UPDATE SET last_at = excluded.last_at, count = c.count + excluded.count, position = excluded.position
    ), used AS (
      UPDATE $schema.objects o SET used_at = g.at, noted = head.noted
      FROM head, json_to_recordset($8::json) AS g (collection text, id text, at bigint)
      WHERE o.world = $1 AND o.collection = g.collection AND o.id = g.id
    ) SELECT position, noted FROM head`);
  const HEAD = sql('SELECT position, requests, emptied_position, emptied_requests FROM $schema.logs WHERE world = $1');
  const AFTER = sql(`SELECT position, kind, request, event, data FROM $schema.happenings
    WHERE world = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT ${PAGE}`);
  const COUNTED =
    sql(`SELECT name, kind, message, first_at AS "firstAt", last_at AS "lastAt", count FROM $schema.counted
    WHERE world = $1 AND position > $2 ORDER BY position, first_at`);
  const PRUNE = sql(`DELETE FROM $schema.happenings WHERE world = $1 AND position <= (
      SELECT max(position) FROM (
        SELECT position, row_number() OVER newest AS place, sum(length(data)) OVER newest AS characters
        FROM $schema.happenings WHERE world = $1 AND kind <> 'use' WINDOW newest AS (ORDER BY position DESC)
      ) kept WHERE place > ${MOST} OR characters > ${MOST_CHARACTERS}
    ) AND kind <> 'use'`);
  const PRUNE_COUNTED = sql(`DELETE FROM $schema.counted WHERE world = $1 AND name NOT IN (
      SELECT name FROM $schema.counted WHERE world = $1 ORDER BY position DESC LIMIT ${MOST_COUNTED})`);
  const PRUNE_USES = sql(`DELETE FROM $schema.happenings WHERE world = $1 AND kind = 'use' AND position <= (
      SELECT position FROM $schema.happenings WHERE world = $1 AND kind = 'use' ORDER BY position DESC OFFSET ${MOST} LIMIT 1)`);
  const PLACE = sql('UPDATE $schema.logs SET position = position + 1 WHERE world = $1 RETURNING position');
  const UNCOUNT = sql('DELETE FROM $schema.counted WHERE world = $1 AND name = $2 RETURNING name');
  const STORE = sql('INSERT INTO $schema.happenings (world, position, kind, data) VALUES ($1, $2, $3, $4)');
  const EMPTY = [
    'UPDATE $schema.logs SET position = position + 1, emptied_position = position + 1, emptied_requests = requests WHERE world = $1',
    'DELETE FROM $schema.counted WHERE world = $1',
    `DELETE FROM $schema.happenings WHERE world = $1 AND kind = 'use'`,
    `UPDATE $schema.happenings SET data = NULL WHERE world = $1 AND kind IN ('request', 'decision', 'finding')`,
  ].map(sql);

  let waiting = new Batch();
  /** What is being written. */
  let leaving = new Batch();
  let writing: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let latest: Instant = 0;
  /** Up to where this process has read. */
  let read = 0;

  const write = async ({ happenings, counted, notes }: Batch): Promise<void> => {
    const [requests, events] = [new Count(), new Count()];
    const given = happenings.map(({ kind, data, isRequest, isEvent }, index) => ({
      place: index + 1,
      kind,
      data,
      request: isRequest ? requests.next() : null,
      event: isEvent ? events.next() : null,
    }));
    // What is only counted takes a place, too, so that others notice.
    const places = Math.max(given.length, counted.size > 0 ? 1 : 0);
    const values = [world, places, requests.count, events.count, notes.size];
    const lists = [given, [...counted.values()], [...notes.values()]].map((list) => JSON.stringify(list));
    const [head] = await connection.query<{ readonly position: string; readonly noted: string }>(WRITE, [
      ...values,
      ...lists,
    ]);
    // The world was deleted.
    if (head === undefined) return;
    if (notes.size > 0) noted(Number(head.noted) - notes.size, Number(head.noted));
    const position = Number(head.position);
    if (Math.floor(position / PRUNED_EVERY) > Math.floor((position - places) / PRUNED_EVERY)) prune();
  };

  /** Nobody waits for it: whatever is left is removed the next time. */
  const prune = () => {
    for (const statement of [PRUNE, PRUNE_COUNTED, PRUNE_USES]) connection.change(statement, [world]).catch(() => {});
  };

  /** One that has no room is counted, and known to all as soon as anything can be stored. */
  const append = (happening: NewHappening): void => {
    if (waiting.append(happening)) return;
    waiting.count({ kind: 'storage', message: LOST, firstAt: latest, lastAt: latest, count: 1 });
  };

  /** Certainly nothing of it was stored, so it is stored with what comes later. */
  const keep = ({ happenings, counted, notes }: Batch): void => {
    const later = waiting;
    waiting = new Batch();
    for (const one of [...happenings, ...later.happenings]) append(one);
    for (const one of [...counted.values(), ...later.counted.values()]) waiting.count(one);
    for (const one of [...notes.values(), ...later.notes.values()]) waiting.note(one);
  };

  const flush = (): Promise<void> => {
    if (waiting.isEmpty) return writing ?? Promise.resolve();
    if (next !== null) return next;
    const before = writing ?? Promise.resolve();
    const begin = () => {
      const batch = waiting;
      waiting = new Batch();
      next = null;
      leaving = batch;
      const mine = write(batch)
        .catch((fault) => {
          if (fault instanceof TakesNothing) keep(batch);
          throw fault;
        })
        .finally(() => {
          if (writing === mine) writing = null;
          if (leaving === batch) leaving = new Batch();
        });
      writing = mine;
      return mine;
    };
    next = before.then(begin, begin);
    return next;
  };

  return {
    append: (happening, at) => {
      latest = Math.max(latest, at);
      append(happening);
    },
    count: (kind, message, at) => waiting.count({ kind, message, firstAt: at, lastAt: at, count: 1 }),
    note: (collection, id, at) => waiting.note({ collection, id, at }),
    noteOf: (collection, id) => {
      if (waiting.notes.size === 0 && leaving.notes.size === 0) return undefined;
      const name = nameOf(collection, id);
      return (waiting.notes.get(name) ?? leaving.notes.get(name))?.at;
    },
    dropNotes: (of) => {
      for (const { notes } of [waiting, leaving]) {
        if (of === undefined) notes.clear();
        else notes.delete(nameOf(of.collection, of.id));
      }
    },
    flush,
    news: async (): Promise<LogNews> => {
      const from = read;
      const [head] = await connection.query<Head>(HEAD, [world]);
      const to = Number(head?.position ?? 0);
      if (head === undefined || to === from) return { emptiedAt: null, happenings: [], counted: [] };
      const stored: StoredPlace[] = [];
      for (let at = from, isMore = true; isMore; ) {
        const page = await connection.query<StoredPlace>(AFTER, [world, at, to]);
        stored.push(...page);
        at = Number(page.at(-1)?.position ?? to);
        isMore = page.length === PAGE;
      }
      const counted = await connection.query<Record<keyof Counted, string>>(COUNTED, [world, from]);
      read = to;
      return {
        emptiedAt: Number(head.emptied_position) > from ? Number(head.emptied_requests) : null,
        happenings: stored.map(({ kind, data, request, event }) => ({
          ...{ kind, data },
          request: request === null ? null : Number(request),
          event: event === null ? null : Number(event),
        })),
        counted: counted.map(({ name, kind, message, firstAt, lastAt, count }) => ({
          ...{ name, kind, message },
          ...{ firstAt: Number(firstAt), lastAt: Number(lastAt), count: Number(count) },
        })),
      };
    },
    uncount: async (name, { kind, data }) => {
      await flush();
      return connection.transaction(async (transaction) => {
        // Others who write to the log wait from here on.
        const [head] = await transaction.query<{ readonly position: string }>(PLACE, [world]);
        const gone = await transaction.query(UNCOUNT, [world, name]);
        if (head === undefined || gone.length === 0) return false;
        await transaction.query(STORE, [world, head.position, kind, data]);
        return true;
      });
    },
    empty: async () => {
      await flush();
      await connection.transaction(async (transaction) => {
        for (const statement of EMPTY) await transaction.query(statement, [world]);
      });
    },
  };
}

function nameOf(collection: string, id: string): string {
  return `${collection} ${id}`;
}

/** Counts from 1. */
class Count {
  count = 0;

  next(): number {
    this.count += 1;
    return this.count;
  }
}
