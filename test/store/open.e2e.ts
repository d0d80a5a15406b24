/** Which data files are opened, and why others are refused. */

import { chmod, copyFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { UserError } from '../../src/lib/errors.ts';
import { SCHEMA_VERSION } from '../../src/store/sqlite/open.ts';
import { type Command, it } from '../support/command.ts';
import { openFile, openFileDatabase } from '../support/data-file.ts';
import { fullStore } from '../support/nouns.ts';
import { accessKey, keptSeed, people } from '../support/records.ts';

/** Root may write everywhere, so it runs the server as another user. */
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** Reads the names and bytes of all files in a folder. */
async function readFiles(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const bytes = names.map(async (name): Promise<[string, string]> => {
    const path = join(folder, name);
    return [name, (await stat(path)).isFile() ? (await readFile(path)).toString('base64') : 'no file'];
  });
  return Object.fromEntries(await Promise.all(bytes));
}

/** Expects that a file is refused, and that its folder is unchanged; returns the message. */
async function expectRefusal(path: string): Promise<string> {
  const before = await readFiles(dirname(path));
  let refusal: unknown;
  try {
    await fullStore(await openFile(path)).close();
  } catch (thrown) {
    refusal = thrown;
  }
  expect(await readFiles(dirname(path))).toEqual(before);
  expect(refusal).toBeInstanceOf(UserError);
  return (refusal as UserError).message;
}

/** Creates and closes a data file with a world of many pages. */
async function createOwnFile(folder: string): Promise<string> {
  const path = join(folder, 'mock.db');
  const store = fullStore(await openFile(path));
  const names = Array.from({ length: 200 }, (_, number) => `key-${number}`);
  await store.world.load(keptSeed, { ...people, accessKeys: names.map((name) => accessKey(name)) });
  await store.close();
  return path;
}

/** Creates a database of another program, with its log. */
async function createForeignFile(folder: string): Promise<string> {
  const path = join(folder, 'theirs.db');
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  const original = join(elsewhere, 'theirs.db');
  const database = new Database(original);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE theirs (text TEXT); INSERT INTO theirs VALUES (1)');
  await copyFile(original, path);
  await copyFile(`${original}-wal`, `${path}-wal`);
  database.close();
  return path;
}

describe('a data file is refused with a remedy, and stays unchanged, if it is', () => {
  it('a directory', async ({ folder }) => {
    const path = join(folder, 'data');
    await mkdir(path);

    expect(await expectRefusal(path)).toBe(`--data ${path} is a directory. Use the path of a file.`);
  });

  it("another program's database, with its log", async ({ folder }) => {
    const path = await createForeignFile(folder);

    expect(await expectRefusal(path)).toMatch(/database of another program.*not changed.*use another one/);
  });

  it("another program's database, without a log", async ({ folder }) => {
    const path = join(folder, 'theirs.db');
    new Database(path).exec('CREATE TABLE theirs (text TEXT)').close();

    expect(await expectRefusal(path)).toMatch(/database of another program.*use another one/);
  });

  it.for([
    ['a text file', 'These are my notes.\n'],
    ['a long text file', 'These are my notes.\n'.repeat(1000)],
    ['a file of a single byte', 'S'],
    ['a file with only the header of a database', 'SQLite format 3\0'],
  ] as const)('%s', async ([, text], { folder }) => {
    const path = join(folder, 'notes.txt');
    await writeFile(path, text);

    expect(await expectRefusal(path)).toMatch(/not an SQLite database.*not changed.*use another one/);
  });

  it.for([0, 1, 9])('a file of another version with schema %i', async (schema, { folder }) => {
    const path = await createOwnFile(folder);
    const database = new Database(path);
    database.pragma(`user_version = ${schema}`);
    database.close();

    expect(await expectRefusal(path)).toBe(
      `--data ${path} was written by another version of nv-auth-mock (schema ${schema}; this version reads ${SCHEMA_VERSION}). ` +
        'Use that version, or rename or delete the file.',
    );
  });

  it('truncated', async ({ folder }) => {
    const path = await createOwnFile(folder);
    const { size } = await stat(path);
    for (const length of [size - 1, size - 4096, Math.floor(size / 2), 4096, 100]) {
      await truncate(path, length);

      expect(await expectRefusal(path), `${length} bytes`).toMatch(/damaged.*use another/i);
    }
    await truncate(path, 99);
    expect(await expectRefusal(path)).toMatch(/damaged.*use another/i);
  });

  it('damaged in any of its pages', async ({ folder }) => {
    const path = await createOwnFile(folder);
    const good = await readFile(path);
    const pages = good.length / 4096;
    expect(pages).toBeGreaterThan(8);
    for (let page = 0; page < pages; page++) {
      const bad = Buffer.from(good);
      bad.fill(0xaa, page === 0 ? 100 : page * 4096, (page + 1) * 4096);
      await writeFile(path, bad);

      expect(await expectRefusal(path), `page ${page + 1}`).toMatch(/damaged[\s\S]*use another/i);
    }
  });

  it('in use by the same process', async ({ folder }) => {
    const path = await createOwnFile(folder);
    const first = fullStore(await openFile(path));
    try {
      const before = await readFile(path);

      await expect(openFile(path)).rejects.toThrow(
        new UserError(
          `--data ${path} is in use by another server. Stop that server, use it instead, or use another file.`,
        ),
      );
      expect(await readFile(path)).toEqual(before);
      expect(await first.world.seed()).toEqual(keptSeed);
      await first.settings.set('still', 'here');
    } finally {
      await first.close();
    }
  });

  it('in a path that is a file', async ({ folder }) => {
    await writeFile(join(folder, 'notes.txt'), 'notes');
    const open = () => openFileDatabase(join(folder, 'notes.txt', 'mock.db'));

    expect(open).toThrow(UserError);
    expect(open).toThrow(/folder.*cannot be created.*Use a writable path/);
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('notes');
  });
});

describe('a data file is refused, and stays unchanged, for a user who', () => {
  /** Returns the mode for the user that starts the server. */
  const createMode = (digit: number) => (isRoot ? 0o600 + digit * 0o11 : digit * 0o111);
  /** Expects that a server of another user is refused, and that the folder is unchanged; returns the message. */
  const expectRefusalAsUser = async (
    command: Command,
    folder: string,
    name: string,
    modes: { file?: number; folder: number },
  ) => {
    const data = join(folder, name);
    const before = await readFiles(folder);
    if (modes.file !== undefined) await chmod(data, createMode(modes.file));
    await chmod(folder, createMode(modes.folder));
    const otherUid = isRoot ? NOBODY : undefined;
    const { code, stdout, stderr } = await command.run(['--port', '0', '--data', data], { uid: otherUid });
    await chmod(folder, 0o700);
    if (modes.file !== undefined) await chmod(data, 0o600);

    expect(await readFiles(folder)).toEqual(before);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`--data ${data}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  };

  const uid = isRoot ? NOBODY : process.getuid?.();
  /** The part of a message about the process and the owner of the file or folder. */
  const describeOwners = (path: string, digit: number) =>
    `this process has uid ${uid}; ${path} belongs to uid ${process.getuid?.()}, mode ${createMode(digit).toString(8).padStart(3, '0')}`;

  it('may only read it', async ({ command, folder }) => {
    await createOwnFile(folder);

    const message = await expectRefusalAsUser(command, folder, 'mock.db', { file: 4, folder: 7 });

    expect(message).toMatch(/cannot be read and written.*Change its permissions/);
    expect(message).toContain(describeOwners(join(folder, 'mock.db'), 4));
  });

  it('may only write it', async ({ command, folder }) => {
    await createOwnFile(folder);

    expect(await expectRefusalAsUser(command, folder, 'mock.db', { file: 2, folder: 7 })).toMatch(
      /cannot be read and written.*Change its permissions/,
    );
  });

  it('may read and write it, but not write its folder', async ({ command, folder }) => {
    await createOwnFile(folder);

    expect(await expectRefusalAsUser(command, folder, 'mock.db', { file: 6, folder: 5 })).toMatch(
      /permissions|use another/i,
    );
  });

  it('may not create it in its folder', async ({ command, folder }) => {
    const message = await expectRefusalAsUser(command, folder, 'mock.db', { folder: 5 });

    expect(message).toMatch(/cannot be opened for writing.*Change the permissions of its folder/);
    expect(message).toContain(describeOwners(folder, 5));
  });

  it('may not create its folder', async ({ command, folder }) => {
    const message = await expectRefusalAsUser(command, folder, 'a/mock.db', { folder: 5 });

    expect(message).toMatch(/folder.*cannot be created.*Use a writable path/);
    expect(message).toContain(describeOwners(folder, 5));
  });
});

describe('a data file is opened', () => {
  /** Expects that a store of this file keeps its data. */
  const expectUsable = async (path: string) => {
    const store = fullStore(await openFile(path));
    await store.settings.set('name', 'value');
    await store.close();
    const again = fullStore(await openFile(path));
    expect(await again.settings.get('name')).toBe('value');
    await again.close();
  };

  it('when it does not exist, and is created with the application id and no other files', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    await expectUsable(path);
    const header = await readFile(path);

    expect(header.toString('latin1', 68, 72)).toBe('NVA1');
    expect(header.readUInt32BE(60)).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['mock.db']);
  });

  it('when it is empty', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    await writeFile(path, '');
    await expectUsable(path);

    expect(await readdir(folder)).toEqual(['mock.db']);
  });

  it('when its folders do not exist', async ({ folder }) => {
    await expectUsable(join(folder, 'a', 'b', 'mock.db'));

    expect((await stat(join(folder, 'a', 'b', 'mock.db'))).isFile()).toBe(true);
  });

  it('after a crash right after its creation', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const copy = join(folder, 'copy.db');
    const store = fullStore(await openFile(path));
    await copyFile(path, copy);
    await store.close();

    await expectUsable(copy);
  });

  it('after its server was killed', async ({ command, folder }) => {
    const path = join(folder, 'mock.db');
    const server = await command.start(['--data', path]);
    await expect(openFile(path)).rejects.toThrow(/in use by another server/);
    await server.crash();
    const store = fullStore(await openFile(path));

    expect((await store.world.counts())['users']).toBe(3);
    await store.close();
    expect(await readdir(folder)).toEqual(['mock.db']);
  });
});
