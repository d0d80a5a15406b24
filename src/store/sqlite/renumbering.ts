import type { Database } from 'better-sqlite3';

/** Far above what any number of commits reaches, and far below where integers are no longer exact. */
const MOST_REVISION = 2 ** 52;

/**
 * Numbers a file anew whose revisions are too large to go on from, as earlier versions wrote them after many
 * restores.
 *
 * @returns whether it was necessary
 */
export function renumberRunaway(database: Database): boolean {
  const highest = database.prepare<[], number>('SELECT revision FROM world').pluck().get() ?? 0;
  if (highest <= MOST_REVISION) return false;
  database.exec('BEGIN EXCLUSIVE; UPDATE objects SET revision = 1; UPDATE world SET revision = 1; COMMIT');
  return true;
}
