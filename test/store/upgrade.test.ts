import fs from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { Unusable } from '../../src/core/unusable.ts';
import { BETTER_SQLITE3 } from '../../src/store/sqlite/better-sqlite3.ts';
import { pragma, type SqliteDatabase, type SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { APPLICATION_ID } from '../../src/store/sqlite/header.ts';
import { nodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';
import { closeDatabase, openDatabase } from '../../src/store/sqlite/open.ts';
import { newestOf, SCHEMA, type StoreSchema } from '../../src/store/sqlite/schema.ts';
import { it } from '../support/in-folder.ts';

/** The first schema that was released, with a search index and all. */
const EARLIER: StoreSchema = { ...SCHEMA, steps: SCHEMA.steps.slice(0, 1) };
const NEWEST = newestOf(SCHEMA);
const KEPT = `mock.db.schema-${newestOf(EARLIER)}`;

const INSERT = `INSERT INTO objects (seq, collection, id, owner, body, revision) VALUES (?, 'settings', ?, '', '1', 2)`;

const own = nodeSqlite();
const DRIVERS: readonly SqliteDriver[] = [BETTER_SQLITE3, ...(own === null ? [] : [own])];

/** A database of the first schema with a row, and a log that may hold a second one. */
function makeEarlier(path: string, by: SqliteDriver): SqliteDatabase {
  const database = by.open(path);
  for (const step of EARLIER.steps) database.exec(step);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${newestOf(EARLIER)}`);
  database.prepare(INSERT).run(1, 'first');
  database.exec('PRAGMA journal_mode = WAL');
  return database;
}

/** As its killed process leaves it, with a row that only its log holds. */
async function killedIn(folder: string, by: SqliteDriver): Promise<string> {
  const [original, path] = [join(folder, 'original.db'), join(folder, 'mock.db')];
  const earlier = makeEarlier(original, by);
  earlier.prepare(INSERT).run(2, 'second');
  for (const end of ['', '-wal']) await copyFile(`${original}${end}`, `${path}${end}`);
  earlier.close();
  fs.rmSync(original);
  return path;
}

function contentOf(path: string, by: SqliteDriver) {
  const database = by.open(path);
  const rows = database.prepare<[], { readonly id: string }>('SELECT id FROM objects ORDER BY seq').all();
  const content = { schema: pragma(database, 'user_version'), ids: rows.map(({ id }) => id) };
  database.close();
  return content;
}

async function bytesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const bytes = names.map(
    async (name): Promise<[string, string]> => [name, (await readFile(join(folder, name))).toString('base64')],
  );
  return Object.fromEntries(await Promise.all(bytes));
}

/** What a start would do with a file, and how it ends. */
function upgrade(path: string, by: SqliteDriver): readonly string[] {
  const { database, notices } = openDatabase(path, by);
  closeDatabase(database);
  return notices;
}

const { linkSync, renameSync, rmSync, chmodSync, fsyncSync } = fs;
const ORIGINALS = { linkSync, renameSync, rmSync, chmodSync, fsyncSync };

/** Calls something before each change that is made to the names or bytes of files. */
function beforeEachChange(by: SqliteDriver, tell: () => void): SqliteDriver {
  for (const [name, original] of Object.entries(ORIGINALS)) {
    Object.assign(fs, {
      [name]: (...parameters: unknown[]) => {
        tell();
        return Reflect.apply(original, fs, parameters);
      },
    });
  }
  syncBuiltinESMExports();
  const open = (path: string): SqliteDatabase => {
    const database = by.open(path);
    return {
      exec: (sql) => {
        tell();
        return database.exec(sql);
      },
      prepare: (sql) => {
        if (sql.includes('=')) tell();
        return database.prepare(sql);
      },
      close: () => {
        tell();
        database.close();
        tell();
      },
    };
  };
  return { name: by.name, open };
}

afterEach(() => {
  Object.assign(fs, ORIGINALS);
  syncBuiltinESMExports();
});

/** A copy of a folder in which two names of one file are two names of one file. */
function copyFolder(from: string, to: string): void {
  fs.mkdirSync(to);
  const copied = new Map<number, string>();
  for (const name of fs.readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const { ino } = fs.statSync(source);
    const other = copied.get(ino);
    if (other === undefined) fs.copyFileSync(source, target);
    else linkSync(other, target);
    copied.set(ino, target);
  }
}

describe.each(DRIVERS)('a file of an earlier schema, by $name,', (by) => {
  it('is written anew, and the old one stays beside it', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    makeEarlier(path, by).close();

    expect(upgrade(path, by)).toEqual([
      `--data ${path} was written by an earlier version, and was upgraded. The old file is ${join(folder, KEPT)}; ` +
        'delete it when you no longer need it.',
    ]);
    expect(await readdir(folder)).toEqual(['mock.db', KEPT]);
    expect(contentOf(path, by)).toEqual({ schema: NEWEST, ids: ['first'] });
    expect(contentOf(join(folder, KEPT), by)).toEqual({ schema: newestOf(EARLIER), ids: ['first'] });
    expect(upgrade(path, by), 'told once').toEqual([]);
  });

  it('has what only the log of a killed process holds, and so has the old one', async ({ folder }) => {
    const path = await killedIn(folder, by);

    expect(upgrade(path, by)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['mock.db', KEPT]);
    for (const name of ['mock.db', KEPT]) expect(contentOf(join(folder, name), by).ids).toEqual(['first', 'second']);
  });

  it('is whole whenever the process is killed, and the next start goes on', async ({ folder }) => {
    const home = join(folder, 'home');
    await mkdir(home);
    const path = await killedIn(home, by);
    let count = 0;
    const told = beforeEachChange(by, () => {
      copyFolder(home, join(folder, `state-${count}`));
      count += 1;
    });
    upgrade(path, told);
    Object.assign(fs, ORIGINALS);
    syncBuiltinESMExports();

    expect(count).toBeGreaterThan(20);
    const seen = new Set<string>();
    for (let state = 0; state < count; state += 1) {
      const there = join(folder, `state-${state}`);
      seen.add((await readdir(there)).join(' '));
      upgrade(join(there, 'mock.db'), by);

      expect(contentOf(join(there, 'mock.db'), by), `state ${state}`).toEqual({
        schema: NEWEST,
        ids: ['first', 'second'],
      });
      expect(contentOf(join(there, KEPT), by).ids, `state ${state}`).toEqual(['first', 'second']);
      expect(await readdir(there), `state ${state}`).toEqual(['mock.db', KEPT]);
    }
    // Before and after the copy, with both names of the old file, and with the new one in its place.
    expect(seen.size).toBeGreaterThanOrEqual(4);
  });

  it('and its log are left as they are if the name of the old one is taken', async ({ folder }) => {
    const path = await killedIn(folder, by);
    await writeFile(join(folder, KEPT), 'of a start in another year');
    const before = await bytesIn(folder);

    expect(() => upgrade(path, by)).toThrow(
      new Unusable(
        `--data ${path} was written by an earlier version (schema 8) and must be upgraded to schema 9, but ${join(folder, KEPT)}, ` +
          'the name for the old file, exists already. Move that file and start again, or give another file. Nothing was changed.',
      ),
    );
    expect(await bytesIn(folder)).toEqual(before);
  });

  it('is written anew where the file system has no second names', async ({ folder }) => {
    const path = await killedIn(folder, by);
    Object.assign(fs, {
      linkSync: () => {
        throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
      },
    });
    syncBuiltinESMExports();
    upgrade(path, by);

    expect(await readdir(folder)).toEqual(['mock.db', KEPT]);
    expect(contentOf(path, by)).toEqual({ schema: NEWEST, ids: ['first', 'second'] });
    expect(contentOf(join(folder, KEPT), by)).toEqual({ schema: newestOf(EARLIER), ids: ['first', 'second'] });
  });

  it.for([
    ['linkSync', 'ENOSPC', /its disk has no room for the new file\. Make room for 1 MB/],
    ['linkSync', 'EACCES', /no file can be created in .*Change the permissions of that folder/],
    ['linkSync', 'EIO', /cannot be used: EIO/],
    ['renameSync', 'EBUSY', /cannot be replaced: the file itself is a mount point\. Mount its folder/],
    ['fsyncSync', 'ENOSPC', /no room/],
  ] as const)('stays as it is, without a copy, if %s ends with %s', async ([call, code, said], { folder }) => {
    const path = join(folder, 'mock.db');
    makeEarlier(path, by).close();
    Object.assign(fs, {
      [call]: () => {
        throw Object.assign(new Error(code), { code });
      },
    });
    syncBuiltinESMExports();

    expect(() => upgrade(path, by)).toThrow(Unusable);
    expect(() => upgrade(path, by)).toThrow(said);
    expect(await readdir(folder)).toEqual(['mock.db']);
    expect(contentOf(path, by)).toEqual({ schema: newestOf(EARLIER), ids: ['first'] });
  });

  it('stays locked under its old name while the new one is used', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    makeEarlier(path, by).close();
    const { database } = openDatabase(path, by);
    const old = by.open(join(folder, KEPT));
    old.exec('PRAGMA busy_timeout = 0');

    expect(() => old.prepare('SELECT id FROM objects').all()).toThrow(/database is locked/);
    expect(() => openDatabase(path, by)).toThrow(/in use by another server/);
    closeDatabase(database);
    expect(old.prepare('SELECT id FROM objects').all()).toHaveLength(1);
    old.close();
  });
});

it('a file that only its owner may read is not readable by others after it was written anew', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  makeEarlier(path, BETTER_SQLITE3).close();
  await chmod(path, 0o600);
  upgrade(path, BETTER_SQLITE3);

  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('a link stays a link, and the old file is beside the one that it leads to', async ({ folder }) => {
  const data = join(folder, 'data');
  await mkdir(data);
  makeEarlier(join(data, 'mock.db'), BETTER_SQLITE3).close();
  await symlink(join(data, 'mock.db'), join(folder, 'link.db'));
  upgrade(join(folder, 'link.db'), BETTER_SQLITE3);

  expect(await readdir(folder)).toEqual(['data', 'link.db']);
  expect(await readdir(data)).toEqual(['mock.db', KEPT]);
  expect(contentOf(join(data, 'mock.db'), BETTER_SQLITE3).schema).toBe(NEWEST);
});

it('a start that was killed with both names on the old file is gone on with', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  makeEarlier(path, BETTER_SQLITE3).close();
  await link(path, join(folder, KEPT));
  upgrade(path, BETTER_SQLITE3);

  expect(contentOf(path, BETTER_SQLITE3).schema).toBe(NEWEST);
  expect(contentOf(join(folder, KEPT), BETTER_SQLITE3).schema).toBe(newestOf(EARLIER));
});
