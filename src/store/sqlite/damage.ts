import { pragma, type SqliteDatabase } from './driver.ts';

/** What a check of every page found wrong with a database; null if nothing. */
export function damageOf(database: SqliteDatabase): string | null {
  const [health = ''] = String(pragma(database, 'quick_check(1)')).split('\n');
  return health === 'ok' ? null : health;
}
