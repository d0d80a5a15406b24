import type { Row } from '../collections.ts';
import { connectDatabase } from './connect.ts';
import { markWithoutLog } from './header.ts';
import { SqliteLog } from './log.ts';
import { migrate } from './migrating.ts';
import { SCHEMA } from './schema.ts';

/** A data file with these rows, as bytes. @param rows oldest first */
export function fileOf(rows: readonly Row[]): Uint8Array {
  const database = connectDatabase(':memory:');
  try {
    migrate(database, SCHEMA);
    const highest = rows.reduce((most, { revision }) => Math.max(most, revision), 1);
    const logged = rows.map((row, index) => ({ row, place: index + 1 }));
    new SqliteLog(database, null).replace(logged, highest);
    const bytes = database.serialize();
    markWithoutLog(bytes);
    return bytes;
  } finally {
    database.close();
  }
}
