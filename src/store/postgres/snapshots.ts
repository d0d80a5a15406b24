import type { SharedSnapshots, StoredSnapshot } from '../sharing.ts';
import type { Connection } from './connection.ts';

interface Stored extends Omit<StoredSnapshot, 'at' | 'size' | 'place'> {
  readonly at: string;
  readonly size: string;
  readonly place: string;
}

/** The snapshots in a database. @param sql puts the schema's name into a statement */
export function postgresSnapshots(connection: Connection, sql: (text: string) => string): SharedSnapshots {
  const MEMBERS = 'id, name, world, at, length(bytes) AS size, seq AS place';
  const LIST = sql(`SELECT ${MEMBERS} FROM $schema.snapshots ORDER BY seq`);
  const FIND = sql(`SELECT ${MEMBERS}, made, bytes FROM $schema.snapshots WHERE id = $1`);
  const PUT = sql('INSERT INTO $schema.snapshots (id, name, world, at, made, bytes) VALUES ($1, $2, $3, $4, $5, $6)');
  const DELETE = sql('DELETE FROM $schema.snapshots WHERE id = $1 RETURNING id');
  const read = <Its extends Pick<Stored, 'at' | 'size' | 'place'>>(stored: Its) => ({
    ...stored,
    at: Number(stored.at),
    size: Number(stored.size),
    place: Number(stored.place),
  });
  return {
    list: async () => (await connection.query<Stored>(LIST, [])).map(read),
    find: async (id) => {
      const [found] = await connection.query<Stored>(FIND, [id]);
      return found === undefined ? null : read(found);
    },
    put: ({ id, name, world, at, made, bytes }) =>
      connection.change(PUT, [
        id,
        name,
        world,
        at,
        made,
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      ]),
    delete: async (id) => (await connection.query(DELETE, [id])).length > 0,
  };
}
