import { OBJECT_COLUMNS, RECORD, RECORD_COLUMNS } from './objects.ts';
import { WORLD_TABLES } from './schema.ts';

/** The texts of the statements on one schema. */
export type Statements = ReturnType<typeof statementsIn>;

/** The prefix of a world's ids. The database draws it, so that processes do not choose the same one. */
export const SERIES = 'left(md5(random()::text), 6)';

/** The most characters of bodies that one statement reads, unless a single row has more. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** The most changed rows in the changes of a world; if there are more, all rows are read again. */
const MOST_CHANGED = 1000;
/**
 * The most rows that one statement reads: without statistics, PostgreSQL sorts all further rows of the world each time.
 */
const MOST_READ = 10_000;

/**
 * @param schema the quoted name
 */
export function statementsIn(schema: string) {
  const changedSince = (columns: string) =>
    `SELECT ${columns} FROM ${schema}.objects o WHERE o.world = w.id AND o.revision > a.revision`;
  const isSmall = `SELECT count(*) <= ${MOST_CHANGED} AND coalesce(sum(octet_length(c.body)), 0) <= ${MOST_CHARACTERS}
    FROM (${changedSince('o.body')} LIMIT ${MOST_CHANGED + 1}) c`;
  /** The changes of a world `w` with the log `l` since the state `a`; null if all rows must be read again. */
  const news = `w.id, w.revision, w.base, l.noted, a.revision AS since, a.noted AS noted_since,
    CASE WHEN a.revision >= w.base AND w.revision > a.revision AND (${isSmall})
      THEN (SELECT coalesce(json_agg(c), '[]') FROM (${changedSince(OBJECT_COLUMNS)}) c) END AS changed,
    CASE WHEN a.revision >= w.base AND w.revision > a.revision THEN (SELECT coalesce(json_agg(r), '[]') FROM (
      SELECT collection, id, revision FROM ${schema}.removed WHERE world = w.id AND revision > a.revision) r) END AS removed,
    CASE WHEN a.revision >= w.base AND l.noted > a.noted THEN (SELECT coalesce(json_agg(u), '[]') FROM (
      SELECT o.collection, o.id, o.used_at AS at FROM ${schema}.objects o WHERE o.world = w.id AND o.noted > a.noted) u) END AS used`;
  const joined = `JOIN ${schema}.worlds w ON w.id = a.id JOIN ${schema}.logs l ON l.world = w.id`;

  return Object.freeze({
    /** Creates a world, if it does not exist. */
    begin: `INSERT INTO ${schema}.worlds (id, name, listed, revision, base, series)
      VALUES ($1, $1, 0, 1, 1, ${SERIES}) ON CONFLICT DO NOTHING`,
    seriesOf: `SELECT series FROM ${schema}.worlds WHERE id = $1`,
    beginLog: `INSERT INTO ${schema}.logs (world) VALUES ($1) ON CONFLICT DO NOTHING`,

    /**
     * The time, the version of the list of worlds, and the changes of some worlds: small, because each request reads
     * it.
     */
    look: `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
        current_setting('transaction_read_only') = 'on' AS read_only, always.directory, found.*
      FROM (SELECT revision AS directory FROM ${schema}.directory) AS always LEFT JOIN (
        SELECT w.used_at AS world_used_at, w.state_revision, CASE WHEN w.state_revision > a.state_revision THEN w.state END AS state, ${news}
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS a (id, revision, noted, state_revision) ${joined}
      ) AS found ON true`,
    /** The changes of one world. */
    news: `SELECT ${news} FROM (SELECT $1::text AS id, $2::bigint AS revision, $3::bigint AS noted) a ${joined}`,
    head: `SELECT w.revision, w.base, l.noted FROM ${schema}.worlds w JOIN ${schema}.logs l ON l.world = w.id WHERE w.id = $1`,
    /** The next rows of a world, oldest first. */
    read: `SELECT * FROM (
        SELECT o.*, sum(octet_length(o.body)) OVER (ORDER BY o.seq) - octet_length(o.body) AS before FROM (
          SELECT ${OBJECT_COLUMNS} FROM ${schema}.objects o WHERE o.world = $1 AND o.seq > $2 ORDER BY o.seq LIMIT ${MOST_READ}
        ) o
      ) o WHERE o.before <= ${MOST_CHARACTERS} ORDER BY o.seq`,

    /** Locks the world: no other process changes it until the end of the transaction. */
    next: `UPDATE ${schema}.worlds SET revision = revision + 1 WHERE id = $1 AND is_there RETURNING revision`,
    remove: `WITH gone AS (
        DELETE FROM ${schema}.objects o USING json_to_recordset($2::json) AS r (collection text, id text)
        WHERE o.world = $1 AND o.collection = r.collection AND o.id = r.id RETURNING o.collection, o.id
      ) INSERT INTO ${schema}.removed (world, revision, collection, id) SELECT $1, $3, collection, id FROM gone`,
    /** A process whose last refresh was before this revision must read all rows again. */
    forgetRemoved: `WITH forgotten AS (DELETE FROM ${schema}.removed WHERE world = $1 AND revision <= $2)
      UPDATE ${schema}.worlds SET base = greatest(base, $2) WHERE id = $1`,
    insert: `INSERT INTO ${schema}.objects (world, ${RECORD_COLUMNS})
      SELECT $1, ${RECORD_COLUMNS} FROM (SELECT row_number() OVER () AS place, * FROM json_to_recordset($2::json) AS r ${RECORD}) given
      ORDER BY place RETURNING collection, id, seq`,
    update: `UPDATE ${schema}.objects o SET owner = r.owner, parent = r.parent, aliases = r.aliases, labels = r.labels,
        shared = r.shared, due_at = r.due_at, body = r.body, revision = r.revision, name = r.name, state = r.state,
        created_at = r.created_at, modified_at = r.modified_at
      FROM json_to_recordset($2::json) AS r ${RECORD} WHERE o.world = $1 AND o.collection = r.collection AND o.id = r.id`,

    /** Removes every row of a world. */
    empty: Object.freeze(WORLD_TABLES.map((table) => `DELETE FROM ${schema}.${table} WHERE world = $1`)),
    setBase: `UPDATE ${schema}.worlds SET base = revision WHERE id = $1`,
  });
}
