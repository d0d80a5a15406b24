/** Breaks with: src/store/sqlite/migrating.ts */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { Unusable } from '../../src/core/unusable.ts';
import { APPLICATION_ID } from '../../src/store/sqlite/header.ts';
import { openImage } from '../../src/store/sqlite/images.ts';
import { closeDatabase, openDatabase } from '../../src/store/sqlite/open.ts';
import { newestOf, SCHEMA, type StoreSchema } from '../../src/store/sqlite/schema.ts';
import { it } from '../support/in-folder.ts';

/** The schema with a further step, which no version has yet. */
const LATER: StoreSchema = {
  ...SCHEMA,
  steps: [
    ...SCHEMA.steps,
    `INSERT INTO collections (name, count, revision) SELECT 'before.' || name, count, revision FROM collections;
     ALTER TABLE collections ADD COLUMN note TEXT;
     CREATE TABLE notes (text TEXT) STRICT;`,
  ],
};

/** A database as this version makes it, with a setting in it. */
function makeEarlier(path: string): Database.Database {
  const database = new Database(path);
  for (const step of SCHEMA.steps) database.exec(step);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${newestOf(SCHEMA)}`);
  database.exec(`INSERT INTO collections (name, count, revision) VALUES ('mode', 1, 2)`);
  return database;
}

/** What a database says of itself, and what is in it. */
function contentOf(database: Database.Database) {
  return {
    schema: database.pragma('user_version', { simple: true }),
    collections: database.prepare('SELECT * FROM collections ORDER BY name').all(),
    notes: database.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'notes'`).pluck().get(),
  };
}

function contentOfFile(path: string) {
  const database = new Database(path, { readonly: true });
  const content = contentOf(database);
  database.close();
  return content;
}

/** As the further step leaves it. */
const AFTER_STEP = {
  schema: newestOf(SCHEMA) + 1,
  collections: [
    { name: 'before.mode', count: 1, revision: 2, note: null },
    { name: 'mode', count: 1, revision: 2, note: null },
  ],
  notes: 1,
};

describe('what an earlier schema kept goes on', () => {
  it('in a file, whose schema is brought up to date once', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    makeEarlier(path).close();
    for (let time = 0; time < 2; time++) {
      const { database } = openDatabase(path, LATER);
      expect(contentOf(database)).toEqual(AFTER_STEP);
      closeDatabase(database);

      expect(contentOfFile(path)).toEqual(AFTER_STEP);
    }
  });

  it('in a file whose process was killed, with what only its log holds', async ({ folder }) => {
    const [path, killed] = [join(folder, 'mock.db'), join(folder, 'killed.db')];
    const earlier = makeEarlier(path);
    earlier.exec(`DELETE FROM collections`);
    earlier.pragma('journal_mode = WAL');
    earlier.exec(`INSERT INTO collections (name, count, revision) VALUES ('mode', 1, 2)`);
    for (const end of ['', '-wal']) await copyFile(`${path}${end}`, `${killed}${end}`);
    earlier.close();
    const { database } = openDatabase(killed, LATER);

    expect(contentOf(database)).toEqual(AFTER_STEP);
    closeDatabase(database);
  });

  it('in an image, which stays as it is', () => {
    const earlier = makeEarlier(':memory:');
    const image = earlier.serialize();
    earlier.close();
    const before = Buffer.from(image);
    const copy = openImage(image, LATER);

    expect(contentOf(copy)).toEqual(AFTER_STEP);
    expect(before.equals(image)).toBe(true);
    copy.close();
  });
});

it('a new file takes every step, and says so from the moment it exists', async ({ folder }) => {
  const [path, copy] = [join(folder, 'mock.db'), join(folder, 'copy.db')];
  const { database } = openDatabase(path, LATER);
  await copyFile(path, copy);
  closeDatabase(database);

  for (const file of [path, copy]) expect(contentOfFile(file)).toEqual({ ...AFTER_STEP, collections: [] });
});

it('a step that fails is not taken at all, and the file stays as it was', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  const earlier = makeEarlier(path);
  earlier.exec('CREATE TABLE notes (text TEXT) STRICT');
  earlier.close();
  const [before, content] = [await readFile(path), contentOfFile(path)];

  expect(() => openDatabase(path, LATER)).toThrow(Unusable);
  expect(() => openDatabase(path, LATER)).toThrow(/cannot be used: table notes already exists\. Give another file\./);
  expect(contentOfFile(path)).toEqual(content);
  expect(before.equals(await readFile(path))).toBe(true);
});

it('a file of a later schema is refused by a version that does not know it', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  closeDatabase(openDatabase(path, LATER).database);
  const before = await readFile(path);

  expect(() => openDatabase(path)).toThrow(/newer version.*schema 9; this one knows 8.*use that version/);
  expect(before.equals(await readFile(path))).toBe(true);
});
