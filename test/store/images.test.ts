/**
 * Images of stores, and files that are restored from them, where the contract cannot look.
 *
 * Breaks with: src/store/sqlite/images.ts, src/store/sqlite/replacing.ts
 */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { Unusable } from '../../src/core/unusable.ts';
import { Unwritable } from '../../src/store/errors.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { openSqliteImage, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { fill as fillDisk, smallDisk } from '../support/disk.ts';
import { it } from '../support/in-folder.ts';
import { accessKey, keptSeed, NOON, people, row } from '../support/records.ts';
import { plainly } from '../support/rows.ts';
import { fill, readingsOf } from './contract-images.ts';

/** Where a header says that a log belongs to its database (https://www.sqlite.org/fileformat.html, offset 18). */
const VERSIONS = { start: 18, end: 20 } as const;

const openImage = (image: Uint8Array) => openSqliteImage(image, newStoreParts());

/** Everything in a copy of an image. */
async function readingsIn(image: Uint8Array) {
  const copy = openImage(image);
  const readings = await readingsOf(copy);
  await copy.close();
  return readings;
}

/** Changes an image as nobody of us would. */
function doctored(image: Uint8Array, sql: string): Uint8Array {
  const database = new Database(Buffer.from(image));
  database.exec(sql);
  const bytes = database.serialize();
  database.close();
  return bytes;
}

describe('an image of a data file', () => {
  it('is whole without the log that the file has', async ({ folder }) => {
    const store = openSqliteStore(join(folder, 'mock.db'));
    await fill(store);
    const image = await store.image();
    expect((await readFile(join(folder, 'mock.db-wal'))).length).toBeGreaterThan(0);

    expect([...image.subarray(VERSIONS.start, VERSIONS.end)]).toEqual([1, 1]);
    expect(await readingsIn(image)).toEqual(await readingsOf(store));
    await store.close();
  });

  it('may be the bytes of the file once it is closed, and they stay as they are', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const store = openSqliteStore(path);
    await fill(store);
    const readings = await readingsOf(store);
    await store.close();
    const bytes = await readFile(path);
    expect([...bytes.subarray(VERSIONS.start, VERSIONS.end)]).toEqual([2, 2]);

    expect(await readingsIn(bytes)).toEqual(readings);
    expect(bytes.equals(await readFile(path))).toBe(true);
  });

  it('is looked at anew in a copy of its bytes, whoever made it', async () => {
    const store = openSqliteStore(null);
    await fill(store);
    const image = await store.image();
    await store.close();
    const [same, changed] = [image.slice(), image.slice().fill(0xaa, 5000, image.length - 5000)];

    expect(await readingsIn(same)).toEqual(await readingsIn(image));
    expect(() => openImage(changed)).toThrow(/is damaged \(/);
  });

  it('is whole although the file was taken away', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const store = openSqliteStore(path);
    await fill(store);
    const readings = await readingsOf(store);
    await rm(path);

    expect(await readingsIn(await store.image())).toEqual(readings);
    await store.close();
  });
});

it('an image has the logins that wait to be written, even where the disk is full', async ({ folder, skip }) => {
  const disk = await smallDisk(folder);
  if (disk === null) {
    process.stdout.write('SKIP: a small disk needs the right to mount one\n');
    return skip();
  }
  const store = openSqliteStore(join(disk.path, 'mock.db'));
  try {
    await fill(store);
    await fillDisk(disk.path);
    const insertMany = async () => {
      for (let id = 0; id < 100; id++) await plainly(store).collections.insert(row(`row-${id}`), null);
    };
    await expect(insertMany()).rejects.toMatchObject({ why: 'full' });
    await store.identities.touch('ada', NOON + 77);
    const image = await store.image();

    expect((await readingsIn(image)).people[0]?.find(({ id }) => id === 'ada')?.lastLogin).toBe(NOON + 77);
    expect(await readingsIn(image)).toEqual(await readingsOf(store));
    await expect(store.restored(image)).rejects.toMatchObject({ why: 'full' });
    expect(await readingsIn(image)).toEqual(await readingsOf(store));
  } finally {
    await store.close().catch(() => {});
    await disk.remove();
  }
});

describe('a data file that cannot be restored stays as it was', () => {
  it('where a table of the image is missing: nothing of the others is in it', async ({ folder }) => {
    const store = openSqliteStore(join(folder, 'mock.db'));
    await fill(store);
    const before = await readingsOf(store);
    const image = doctored(await store.image(), `DELETE FROM objects WHERE id = 'chair'; DROP TABLE objects`);
    await store.accessKeys.touch(accessKey('three').id, NOON + 99, accessKey('three').secretHash);

    await expect(store.restored(image)).rejects.toThrow(Unusable);
    await expect(store.restored(image)).rejects.toThrow(/is damaged \(no such table: objects\)/);
    const { accessKeys, ...others } = await readingsOf(store);
    expect(accessKeys.map(({ name, lastLogin }) => [name, lastLogin])).toEqual([
      ['one', NOON + 20],
      ['three', NOON + 99],
    ]);
    expect(others).toEqual({ ...before, accessKeys: undefined });
    await plainly(store).collections.insert({ ...row('late'), facets: facetsOf('late lamp') }, null);
    expect((await readingsOf(store)).found.count).toBe(3);
    await store.close();
  });

  it('where the file was taken away: what is read goes on', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const store = openSqliteStore(path);
    await fill(store);
    const before = await readingsOf(store);
    const image = await store.image();
    await rm(path);

    await expect(store.restored(image)).rejects.toThrow(Unwritable);
    await expect(store.restored(image)).rejects.toMatchObject({ why: 'lost' });
    expect(await readingsOf(store)).toEqual(before);
    await store.close();
  });

  it('where its process ends in the middle: the file opens with what was before', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const store = openSqliteStore(path);
    await fill(store);
    const [before, image] = [await readingsOf(store), await store.image()];
    await store.world.load(keptSeed, people);
    await store.restored(image);
    const copy = join(folder, 'copy.db');
    await copyFile(path, copy);
    const log = await readFile(`${path}-wal`);
    // The last frame of the log is the one that makes the change count.
    await writeFile(`${copy}-wal`, log.subarray(0, log.length - 1));
    await store.close();
    const [torn, whole] = [openSqliteStore(copy), openSqliteStore(path)];

    expect((await torn.world.counts())['ngcKeys']).toBe(0);
    expect((await torn.world.counts())['users']).toBe(2);
    expect(await readingsOf(whole)).toEqual(before);
    await torn.close();
    await whole.close();
  });
});

function facetsOf(name: string) {
  return { name, state: null, createdAt: NOON, modifiedAt: NOON };
}
