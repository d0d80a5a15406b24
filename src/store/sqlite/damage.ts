import type { Database } from 'better-sqlite3';

/** What a look at every page found wrong with a database; null where nothing is. */
export function damageOf(database: Database): string | null {
  const [health = ''] = String(database.pragma('quick_check(1)', { simple: true })).split('\n');
  return health === 'ok' ? null : health;
}
