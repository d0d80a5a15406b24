import type Database from 'better-sqlite3';
import { codeOf } from './connect.ts';
import { damaged, openImage } from './images.ts';
import type { Statements } from './statements.ts';

/**
 * The tables of a store. Emptied in this order, no row is left without what it refers to; filled in reverse order, none
 * comes before it. Triggers count the keys.
 */
const TABLES = [
  'revoked_names',
  'authorization_codes',
  'refresh_tokens',
  'access_keys',
  'oauth_clients',
  'identities',
  'ngc_timeline',
  'ngc_policies',
  'ngc_keys',
  'ngc_users',
  'organizations',
  'object_shares',
  'objects',
  'settings',
  'seed',
] as const;

/** Removes every row of a store. */
export function empty(statements: Statements): void {
  for (const table of TABLES) statements.prepare(`DELETE FROM ${table}`).run();
  // https://www.sqlite.org/fts5.html#the_delete_all_command
  statements.prepare(`INSERT INTO object_texts (object_texts) VALUES ('delete-all')`).run();
}

/** Tables whose rows are found by rowid; in most others the rowid only gives the order of age. */
const FOUND_BY_ROWID: readonly string[] = ['objects'];
/** Tables stored in the order of their keys, without rowids. */
const WITHOUT_ROWID: readonly string[] = ['object_shares', 'ngc_timeline', 'ngc_policies', 'object_texts_idx'];

/** The tables of the text index (https://www.sqlite.org/fts5.html#fts5_data_structures). The texts are not in it. */
const INDEX_TABLES = ['object_texts_data', 'object_texts_idx', 'object_texts_docsize'] as const;

/**
 * Replaces the content of a database with that of an image, in one step.
 *
 * @throws Unusable if the image cannot be used
 */
export function replaceContent(statements: Statements, image: Uint8Array): void {
  const source = openImage(image);
  try {
    statements.transaction(() => {
      empty(statements);
      for (const table of [...TABLES].reverse()) copyRows(source, statements.database, table);
      copyIndex(source, statements.database);
    })();
  } catch (cause) {
    if (!codeOf(cause).startsWith('SQLITE_CONSTRAINT')) throw cause;
    throw damaged(cause);
  } finally {
    source.close();
  }
}

/**
 * Texts exist only in the index, so its tables are copied as they are, which SQLite lets nobody do by mistake. The
 * target's index is created anew for that: one that was used remembers what its tables said.
 */
function copyIndex(source: Database.Database, target: Database.Database): void {
  const made = target.prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE name = 'object_texts'`).pluck().get();
  target.exec(`DROP TABLE object_texts; ${made}`);
  target.unsafeMode(true);
  try {
    for (const table of INDEX_TABLES) {
      target.prepare(`DELETE FROM ${table}`).run();
      copyRows(source, target, table);
    }
  } finally {
    target.unsafeMode(false);
  }
}

/** Copies the rows of a table, oldest first. Numbers in the index can be too large for a double to hold exactly. */
function copyRows(source: Database.Database, target: Database.Database, table: string): void {
  const columns = source
    .prepare(`SELECT * FROM ${table}`)
    .columns()
    .map(({ name }) => name);
  if (FOUND_BY_ROWID.includes(table)) columns.unshift('rowid');
  const names = columns.join(', ');
  const order = WITHOUT_ROWID.includes(table) ? '' : 'ORDER BY rowid';
  const rows = source.prepare<[], unknown[]>(`SELECT ${names} FROM ${table} ${order}`).raw().safeIntegers();
  const insert = target.prepare(`INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows.iterate()) insert.run(row);
}
