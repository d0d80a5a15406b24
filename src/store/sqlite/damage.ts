import type { Database } from 'better-sqlite3';

/** What a check of every page found wrong with a database; null if nothing. */
export function damageOf(database: Database): string | null {
  const [health = ''] = String(database.pragma('quick_check(1)', { simple: true })).split('\n');
  return health === 'ok' ? null : health;
}
