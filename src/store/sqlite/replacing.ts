import type Database from 'better-sqlite3';
import { codeOf } from './connect.ts';
import { damaged, openImage } from './images.ts';
import type { Rows } from './rows.ts';
import type { Statements } from './statements.ts';

/** The tables that hold what a store holds. */
const TABLES = ['object_aliases', 'object_labels', 'object_shares', 'lists', 'collections', 'objects'] as const;

/** Removes every row of a store. */
export function empty(statements: Statements): void {
  for (const table of TABLES) statements.prepare(`DELETE FROM ${table}`).run();
  // https://www.sqlite.org/fts5.html#the_delete_all_command
  statements.prepare(`INSERT INTO object_texts (object_texts) VALUES ('delete-all')`).run();
}

/** The tables of the text index (https://www.sqlite.org/fts5.html#fts5_data_structures). The texts are not in it. */
const INDEX_TABLES = ['object_texts_data', 'object_texts_idx', 'object_texts_docsize'] as const;

/**
 * Replaces the content of a database with that of an image, in one step.
 *
 * @throws Unusable if the image cannot be used
 */
export function replaceContent(statements: Statements, rows: Rows, image: Uint8Array): void {
  const source = openImage(image);
  try {
    statements.transaction(() => {
      empty(statements);
      for (const table of TABLES) copyRows(source, statements.database, table);
      copyIndex(source, statements.database);
      rows.adopt();
    })();
  } catch (cause) {
    if (!/^SQLITE_(?:CONSTRAINT|ERROR)/.test(codeOf(cause))) throw cause;
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

/** Copies the rows of a table. Numbers in the index can be too large for a double to hold exactly. */
function copyRows(source: Database.Database, target: Database.Database, table: string): void {
  const columns = source
    .prepare(`SELECT * FROM ${table}`)
    .columns()
    .map(({ name }) => name);
  const names = columns.join(', ');
  const rows = source.prepare<[], unknown[]>(`SELECT ${names} FROM ${table}`).raw().safeIntegers();
  const insert = target.prepare(`INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows.iterate()) insert.run(row);
}
