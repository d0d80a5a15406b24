import type { Row } from '../collections.ts';
import { Collision } from '../errors.ts';
import { Revisions } from '../revisions.ts';
import type { SharedSnapshots, SnapshotRecord, StoredSnapshot } from '../sharing.ts';
import { frozenRows, rowsIn } from '../world-rows.ts';
import type { Connection } from './connection.ts';

interface Stored extends Omit<SnapshotRecord, 'at' | 'size' | 'place'> {
  readonly at: string;
  readonly size: string;
  readonly place: string;
}

interface StoredWhole extends Stored, Pick<StoredSnapshot, 'made'> {
  readonly bytes: Uint8Array;
}

/**
 * The snapshots in a database, each as the JSON of its rows.
 *
 * @param sql inserts the name of the schema into a statement
 */
export function postgresSnapshots(connection: Connection, sql: (text: string) => string): SharedSnapshots {
  const MEMBERS = 'id, name, world, at, length(bytes) AS size, seq AS place';
  const LIST = sql(`SELECT ${MEMBERS} FROM $schema.snapshots ORDER BY seq`);
  const FIND = sql(`SELECT ${MEMBERS}, made, bytes FROM $schema.snapshots WHERE id = $1`);
  const PUT = sql(
    'INSERT INTO $schema.snapshots (id, name, world, at, made, bytes) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING id',
  );
  const DELETE = sql('DELETE FROM $schema.snapshots WHERE id = $1 RETURNING id');
  const read = ({ id, name, world, at, size, place }: Stored): SnapshotRecord => {
    return { id, name, world, at: Number(at), size: Number(size), place: Number(place) };
  };
  return {
    list: async () => (await connection.query<Stored>(LIST, [])).map(read),
    find: async (id) => {
      const [found] = await connection.query<StoredWhole>(FIND, [id]);
      if (found === undefined) return null;
      const rows: readonly Row[] = JSON.parse(Buffer.from(found.bytes).toString());
      return { ...read(found), made: found.made, rows: frozenRows(rows, new Revisions()) };
    },
    put: async ({ id, name, world, at, made, rows }) => {
      const bytes = Buffer.from(JSON.stringify(rowsIn(rows)));
      await connection.transaction(async (transaction) => {
        const put = await transaction.query(PUT, [id, name, world, at, made, bytes]);
        if (put.length === 0) throw new Collision();
      });
      return bytes.length;
    },
    delete: async (id) => (await connection.query(DELETE, [id])).length > 0,
  };
}
