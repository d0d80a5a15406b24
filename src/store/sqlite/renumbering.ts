import { inTransaction, type SqliteDatabase } from './driver.ts';

/** Far above what any number of commits reaches, and far below where integers are no longer exact. */
const MOST_REVISION = 2 ** 52;

/**
 * Numbers a file anew whose revisions are too large to go on from, as earlier versions wrote them after many
 * restores.
 *
 * @returns whether it was necessary
 */
export function renumberRunaway(database: SqliteDatabase): boolean {
  // The database compares them, because not every driver reads numbers beyond the safe integers.
  const runaway = database.prepare(`SELECT 1 FROM world WHERE revision > ${MOST_REVISION}`).get();
  if (runaway === undefined) return false;
  inTransaction(database, 'EXCLUSIVE', () => {
    database.exec('UPDATE objects SET revision = 1; UPDATE world SET revision = 1');
  });
  return true;
}
