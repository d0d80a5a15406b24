import type { Database } from 'better-sqlite3';
import { APPLICATION_ID } from './header.ts';
import { MIGRATIONS } from './migrations.ts';

/** Makes the schema, or brings an earlier one up to date, in one step. @param from how many steps of it are there */
export function migrate(database: Database, from: number): void {
  if (from >= MIGRATIONS.length) return;
  database
    .transaction(() => {
      for (const step of MIGRATIONS.slice(from)) database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .exclusive();
}

/** What a look at every page found wrong with a database; null where nothing is. */
export function damageOf(database: Database): string | null {
  const [health = ''] = String(database.pragma('quick_check(1)', { simple: true })).split('\n');
  return health === 'ok' ? null : health;
}
