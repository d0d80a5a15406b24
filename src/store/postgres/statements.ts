import { OBJECT_COLUMNS, RECORD, RECORD_COLUMNS } from './objects.ts';
import { WORLD_TABLES } from './schema.ts';

/** The tables of a database, as statements name them. */
export interface Tables {
  /** The quoted name of their schema. */
  readonly schema: string;
  /** Makes a text lower case, in SQL. */
  readonly folded: (text: string) => string;
  readonly statements: Statements;
}

/** The texts of the statements on one schema. The first value of each is the id of a world. */
export type Statements = ReturnType<typeof statementsIn>;

/** Begins ids: drawn by the database, so that no two worlds have the same one. */
export const SERIES = 'left(md5(random()::text), 6)';

/** The form in which rows are named: `json_to_recordset` reads a list of them. */
const NAME = '(collection text, id text)';

/** The rows of a collection. */
const IN = 'WHERE o.world = $1 AND o.collection = $2';

/**
 * All statements but those of pages, which are put together from what is asked for (`pages.ts`).
 *
 * @param schema the quoted name
 */
export function statementsIn(schema: string) {
  const select = (rest: string) => `SELECT ${OBJECT_COLUMNS} FROM ${schema}.objects o ${rest}`;
  const duePart = (order: 'ASC' | 'DESC') =>
    select(`${IN} AND o.parent = $3 AND o.due_at > $4 AND o.due_at <= $5 ORDER BY o.due_at ${order} LIMIT $6`);

  return Object.freeze({
    /** Makes a world, if it is not there. */
    begin: `INSERT INTO ${schema}.worlds (id, name, listed, revision, base, series)
      VALUES ($1, $1, 0, 1, 1, ${SERIES}) ON CONFLICT DO NOTHING`,
    seriesOf: `SELECT series FROM ${schema}.worlds WHERE id = $1`,
    beginLog: `INSERT INTO ${schema}.logs (world) VALUES ($1) ON CONFLICT DO NOTHING`,

    byId: select(`${IN} AND o.id = $3`),
    byAlias: select(
      `JOIN ${schema}.aliases a ON a.world = o.world AND a.collection = o.collection AND a.id = o.id ${IN} AND a.alias = $3`,
    ),
    lists: Object.freeze({
      owner: select(`${IN} AND o.owner = $3 ORDER BY o.seq LIMIT $4`),
      parent: select(`${IN} AND o.parent = $3 ORDER BY o.seq LIMIT $4`),
      label: select(`${IN} AND o.labels @> ARRAY[$3] ORDER BY o.seq LIMIT $4`),
      visibleTo: select(`${IN} AND (o.owner = $3 OR o.shared && ARRAY[$3, '*']) ORDER BY o.seq LIMIT $4`),
      all: select(`${IN} ORDER BY o.seq LIMIT $3`),
    }),
    due: select(`${IN} AND o.due_at > $3 AND o.due_at <= $4 ORDER BY o.due_at, o.id LIMIT $5`),
    dueParts: duePart('ASC'),
    latestParts: duePart('DESC'),
    dump: select('WHERE o.world = $1 ORDER BY o.seq'),
    places: `SELECT o.id, o.seq FROM ${schema}.objects o ${IN}`,

    sizeOfList: `SELECT count, revision FROM ${schema}.lists WHERE world = $1 AND collection = $2 AND owner = $3`,
    sizeOfAll: `SELECT count, revision FROM ${schema}.collections WHERE world = $1 AND name = $2`,
    /** Of a list that nothing was in since everything was replaced. */
    sizeOfNone: `SELECT 0 AS count, base AS revision FROM ${schema}.worlds WHERE id = $1`,
    counts: `SELECT name, count FROM ${schema}.collections WHERE world = $1 AND count > 0`,

    /** Locks the world: from here on nobody else changes it. */
    next: `UPDATE ${schema}.worlds SET revision = revision + 1 WHERE id = $1 AND is_there RETURNING revision`,
    before: `SELECT o.collection, o.id, o.owner, o.revision FROM ${schema}.objects o
      JOIN json_to_recordset($2::json) AS wanted ${NAME} ON wanted.collection = o.collection AND wanted.id = o.id
      WHERE o.world = $1`,
    forgetAliases: `DELETE FROM ${schema}.aliases a USING json_to_recordset($2::json) AS gone ${NAME}
      WHERE a.world = $1 AND a.collection = gone.collection AND a.id = gone.id`,
    remove: `DELETE FROM ${schema}.objects o USING json_to_recordset($2::json) AS gone ${NAME}
      WHERE o.world = $1 AND o.collection = gone.collection AND o.id = gone.id`,
    insert: `INSERT INTO ${schema}.objects (world, ${RECORD_COLUMNS})
      SELECT $1, ${RECORD_COLUMNS} FROM (SELECT row_number() OVER () AS place, * FROM json_to_recordset($2::json) AS r ${RECORD}) given
      ORDER BY place`,
    update: `UPDATE ${schema}.objects o SET owner = r.owner, parent = r.parent, aliases = r.aliases, labels = r.labels,
        shared = r.shared, due_at = r.due_at, body = r.body, revision = r.revision, name = r.name, state = r.state,
        created_at = r.created_at, modified_at = r.modified_at
      FROM json_to_recordset($2::json) AS r ${RECORD} WHERE o.world = $1 AND o.collection = r.collection AND o.id = r.id`,
    addAliases: `INSERT INTO ${schema}.aliases (world, collection, alias, id)
      SELECT $1, r.collection, alias, r.id
      FROM json_to_recordset($2::json) AS r (collection text, id text, aliases text[]), unnest(r.aliases) AS alias`,
    countLists: `INSERT INTO ${schema}.lists AS l (world, collection, owner, count, revision)
      SELECT $1, r.collection, r.owner, r.more, $3 FROM json_to_recordset($2::json) AS r (collection text, owner text, more bigint)
      ON CONFLICT (world, collection, owner) DO UPDATE SET count = l.count + excluded.count, revision = excluded.revision`,
    countAll: `INSERT INTO ${schema}.collections AS c (world, name, count, revision)
      SELECT $1, r.collection, sum(r.more), $3 FROM json_to_recordset($2::json) AS r (collection text, more bigint) GROUP BY r.collection
      ON CONFLICT (world, name) DO UPDATE SET count = c.count + excluded.count, revision = excluded.revision`,

    /** What removes every row of a world. */
    empty: Object.freeze(WORLD_TABLES.map((table) => `DELETE FROM ${schema}.${table} WHERE world = $1`)),
    setBase: `UPDATE ${schema}.worlds SET base = revision WHERE id = $1`,
  });
}
