import { inTransaction, pragma, type SqliteDatabase } from './driver.ts';
import { APPLICATION_ID } from './header.ts';
import { newestOf, type StoreSchema } from './schema.ts';

/** The schema number of a database that has no schema yet. */
const NONE = 0;

/**
 * Creates the schema of a new database, or brings an existing one up to date, completely or not at all.
 *
 * @returns whether there was anything to do
 */
export function migrate(database: SqliteDatabase, schema: StoreSchema): boolean {
  const found = Number(pragma(database, 'user_version'));
  const newest = newestOf(schema);
  if (found === newest) return false;
  const taken = found === NONE ? 0 : found - schema.first + 1;
  inTransaction(database, 'EXCLUSIVE', () => {
    for (const step of schema.steps.slice(taken)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${newest}`);
  });
  return true;
}
