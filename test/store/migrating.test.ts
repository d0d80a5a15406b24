import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { Unusable } from '../../src/core/unusable.ts';
import { pragma, type SqliteDatabase } from '../../src/store/sqlite/driver.ts';
import { APPLICATION_ID } from '../../src/store/sqlite/header.ts';
import { closeDatabase } from '../../src/store/sqlite/open.ts';
import { newestOf, SCHEMA, type StoreSchema } from '../../src/store/sqlite/schema.ts';
import { openFileDatabase } from '../support/data-file.ts';
import { it } from '../support/in-folder.ts';

/** The schema with a further step, which no version has yet. */
const LATER: StoreSchema = {
  ...SCHEMA,
  steps: [
    ...SCHEMA.steps,
    `UPDATE objects SET collection = 'before.' || collection;
     CREATE TABLE notes (text TEXT) STRICT;`,
  ],
};

const SETTING = `INSERT INTO objects (world, seq, collection, id, owner, body, revision)
  VALUES ('default', 1, 'settings', 'mode', '', '1', 2)`;

/** A database as this version makes it, with a setting in it. */
function makeEarlier(path: string): Database.Database {
  const database = new Database(path);
  for (const step of SCHEMA.steps) database.exec(step);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${newestOf(SCHEMA)}`);
  database.exec(SETTING);
  return database;
}

/** What a database says of itself, and what is in it. */
function contentOf(database: SqliteDatabase) {
  return {
    schema: pragma(database, 'user_version'),
    rows: database.prepare('SELECT collection, id FROM objects').all(),
    notes: database.prepare(`SELECT name FROM sqlite_schema WHERE name = 'notes'`).all().length,
  };
}

function contentOfFile(path: string) {
  const database = new Database(path, { readonly: true });
  const content = contentOf(database as unknown as SqliteDatabase);
  database.close();
  return content;
}

/** As the further step leaves it. */
const AFTER_STEP = {
  schema: newestOf(SCHEMA) + 1,
  rows: [{ collection: 'before.settings', id: 'mode' }],
  notes: 1,
};

describe('what an earlier schema kept goes on', () => {
  it('in a file, whose schema is brought up to date once', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    makeEarlier(path).close();
    for (let time = 0; time < 2; time++) {
      const { database } = openFileDatabase(path, LATER);
      expect(contentOf(database)).toEqual(AFTER_STEP);
      closeDatabase(database);

      expect(contentOfFile(path)).toEqual(AFTER_STEP);
    }
  });

  it('in a file whose process was killed, with what only its log holds', async ({ folder }) => {
    const [path, killed] = [join(folder, 'mock.db'), join(folder, 'killed.db')];
    const earlier = makeEarlier(path);
    earlier.exec('DELETE FROM objects');
    earlier.pragma('journal_mode = WAL');
    earlier.exec(SETTING);
    for (const end of ['', '-wal']) await copyFile(`${path}${end}`, `${killed}${end}`);
    earlier.close();
    const { database } = openFileDatabase(killed, LATER);

    expect(contentOf(database)).toEqual(AFTER_STEP);
    closeDatabase(database);
  });
});

it('a new file takes every step, and says so from the moment it exists', async ({ folder }) => {
  const [path, copy] = [join(folder, 'mock.db'), join(folder, 'copy.db')];
  const { database } = openFileDatabase(path, LATER);
  await copyFile(path, copy);
  closeDatabase(database);

  for (const file of [path, copy]) expect(contentOfFile(file)).toEqual({ ...AFTER_STEP, rows: [] });
});

it('a step that fails is not taken at all, and the file stays as it was', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  const earlier = makeEarlier(path);
  earlier.exec('CREATE TABLE notes (text TEXT) STRICT');
  earlier.close();
  const [before, content] = [await readFile(path), contentOfFile(path)];

  expect(() => openFileDatabase(path, LATER)).toThrow(Unusable);
  expect(() => openFileDatabase(path, LATER)).toThrow(
    /cannot be used: table notes already exists\. Give another file\./,
  );
  expect(contentOfFile(path)).toEqual(content);
  expect(before.equals(await readFile(path))).toBe(true);
});

it('a file of a later schema is refused by a version that does not know it', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  closeDatabase(openFileDatabase(path, LATER).database);
  const before = await readFile(path);

  expect(() => openFileDatabase(path)).toThrow(/newer version.*schema 10; this one knows 9.*use that version/);
  expect(before.equals(await readFile(path))).toBe(true);
});
