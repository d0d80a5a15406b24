import { inTransaction, pragma, type SqliteDatabase } from './driver.ts';
import { APPLICATION_ID } from './header.ts';
import { newestOf, type StoreSchema } from './schema.ts';

/** The schema number of a new database. */
export const NO_SCHEMA = 0;

/** The number of the schema of a database. */
export function schemaOf(database: SqliteDatabase): number {
  return Number(pragma(database, 'user_version'));
}

/**
 * Creates the schema of a new database, or upgrades an older schema, in one transaction.
 *
 * @returns whether the schema was changed
 */
export function migrate(database: SqliteDatabase, schema: StoreSchema): boolean {
  const found = schemaOf(database);
  const newest = newestOf(schema);
  if (found === newest) return false;
  const taken = found === NO_SCHEMA ? 0 : found - schema.first + 1;
  inTransaction(database, 'EXCLUSIVE', () => {
    for (const step of schema.steps.slice(taken)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${newest}`);
  });
  return true;
}
