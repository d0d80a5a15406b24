/** The most activities of a world. A request is one activity, and the decision about it another. */
const MOST = 5000;
/** The most characters of a world's activities. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;
/** The most counted messages of a world. */
export const MOST_COUNTED = 200;
/** The most activities that one statement reads. */
export const PAGE = 500;

/** The texts of the statements on the logs of one schema. */
export type LogStatements = ReturnType<typeof logStatementsIn>;

/**
 * @param schema the quoted name
 */
export function logStatementsIn(schema: string) {
  return Object.freeze({
    // A use changes rows, so the world is locked first, as in every commit: otherwise the two could deadlock.
    write: `WITH locked AS (
      SELECT id FROM ${schema}.worlds WHERE id = $1 AND $5 > 0 FOR NO KEY UPDATE
    ), head AS (
      UPDATE ${schema}.logs SET position = position + $2, requests = requests + $3, events = events + $4, noted = noted + $5
      WHERE world = $1 AND (SELECT count(*) FROM locked) >= 0 RETURNING position, requests - $3 AS requests, events - $4 AS events, noted
    ), stored AS (
      INSERT INTO ${schema}.happenings (world, position, kind, request, event, data)
      SELECT $1, head.position - $2 + g.place, g.kind, head.requests + g.request, head.events + g.event, g.data
      FROM head, json_to_recordset($6::json) AS g (place bigint, kind text, request bigint, event bigint, data text)
    ), counted AS (
      INSERT INTO ${schema}.counted AS c (world, name, kind, message, first_at, last_at, count, position)
      SELECT $1, md5(g.kind || ' ' || g.message), g.kind, g.message, g."firstAt", g."lastAt", g.count, head.position
      FROM head, json_to_recordset($7::json) AS g (kind text, message text, "firstAt" bigint, "lastAt" bigint, count bigint)
      ON CONFLICT (world, name) DO UPDATE SET last_at = excluded.last_at, count = c.count + excluded.count, position = excluded.position
    ), used AS (
      UPDATE ${schema}.objects o SET used_at = g.at, noted = head.noted
      FROM head, json_to_recordset($8::json) AS g (collection text, id text, at bigint)
      WHERE o.world = $1 AND o.collection = g.collection AND o.id = g.id
    ) SELECT position, noted FROM head`,
    head: `SELECT position, requests, emptied_position, emptied_requests FROM ${schema}.logs WHERE world = $1`,
    after: `SELECT position, kind, request, event, data FROM ${schema}.happenings
      WHERE world = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT ${PAGE}`,
    counted: `SELECT name, kind, message, first_at AS "firstAt", last_at AS "lastAt", count FROM ${schema}.counted
      WHERE world = $1 AND position > $2 ORDER BY position, first_at`,
    /** Deletes the oldest activities, counts and uses. */
    prune: [
      `DELETE FROM ${schema}.happenings WHERE world = $1 AND position <= (
          SELECT max(position) FROM (
            SELECT position, row_number() OVER newest AS place, sum(octet_length(data)) OVER newest AS characters
            FROM ${schema}.happenings WHERE world = $1 AND kind <> 'use' WINDOW newest AS (ORDER BY position DESC)
          ) kept WHERE place > ${MOST} OR characters > ${MOST_CHARACTERS}
        ) AND kind <> 'use'`,
      `DELETE FROM ${schema}.counted WHERE world = $1 AND name NOT IN (
          SELECT name FROM ${schema}.counted WHERE world = $1 ORDER BY position DESC LIMIT ${MOST_COUNTED})`,
      `DELETE FROM ${schema}.happenings WHERE world = $1 AND kind = 'use' AND position <= (
          SELECT position FROM ${schema}.happenings WHERE world = $1 AND kind = 'use' ORDER BY position DESC OFFSET ${MOST} LIMIT 1)`,
    ],
    place: `UPDATE ${schema}.logs SET position = position + 1 WHERE world = $1 RETURNING position`,
    uncount: `DELETE FROM ${schema}.counted WHERE world = $1 AND name = $2 RETURNING name`,
    store: `INSERT INTO ${schema}.happenings (world, position, kind, data) VALUES ($1, $2, $3, $4)`,
    empty: [
      `UPDATE ${schema}.logs SET position = position + 1, emptied_position = position + 1, emptied_requests = requests WHERE world = $1`,
      `DELETE FROM ${schema}.counted WHERE world = $1`,
      `DELETE FROM ${schema}.happenings WHERE world = $1 AND kind = 'use'`,
      `UPDATE ${schema}.happenings SET data = NULL WHERE world = $1 AND kind IN ('request', 'decision', 'finding')`,
    ],
  });
}
