import type { Database } from 'better-sqlite3';
import { APPLICATION_ID } from './header.ts';
import { newestOf, type StoreSchema } from './schema.ts';

/** The schema number of a database that has no schema yet. */
const NONE = 0;

/**
 * Creates the schema of a new database, or brings an existing one up to date, completely or not at all.
 *
 * @returns whether there was anything to do
 */
export function migrate(database: Database, schema: StoreSchema): boolean {
  const found = Number(database.pragma('user_version', { simple: true }));
  const newest = newestOf(schema);
  if (found === newest) return false;
  const taken = found === NONE ? 0 : found - schema.first + 1;
  database
    .transaction(() => {
      for (const step of schema.steps.slice(taken)) database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${newest}`);
    })
    .exclusive();
  return true;
}
