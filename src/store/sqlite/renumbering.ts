import type { Database } from 'better-sqlite3';

/** Far above what any number of commits reaches, and far below where integers are no longer exact. */
const MOST_REVISION = 2 ** 52;

interface Preparing {
  prepare(sql: string): { run(...bound: number[]): unknown };
}

/** Gives every row and list of a database the same revision. */
export function renumber(database: Preparing, revision: number): void {
  for (const table of ['objects', 'lists', 'collections']) {
    database.prepare(`UPDATE ${table} SET revision = ?`).run(revision);
  }
  database.prepare('UPDATE world SET revision = ?, base = ?').run(revision, revision);
}

/**
 * Numbers a file anew whose revisions are too large to go on from, as earlier versions wrote them after many
 * restores.
 *
 * @returns whether it was necessary
 */
export function renumberRunaway(database: Database): boolean {
  const highest = database.prepare<[], number>('SELECT revision FROM world').pluck().get() ?? 0;
  if (highest <= MOST_REVISION) return false;
  database.transaction(() => renumber(database, 1)).exclusive();
  return true;
}
