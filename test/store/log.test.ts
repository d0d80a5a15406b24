/** The content of a data file, which the contract does not read. */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { WriteFailure } from '../../src/store/errors.ts';
import { openFile } from '../support/data-file.ts';
import { fillDisk, mountSmallDisk } from '../support/disk.ts';
import { it } from '../support/in-folder.ts';
import { fullStore, storeOf } from '../support/nouns.ts';
import { keptSeed, NOON, people, row } from '../support/records.ts';
import { withoutRevisions } from '../support/rows.ts';
import { fill, readAll } from './contract-images.ts';

async function openFilled(path: string) {
  const store = fullStore(await openFile(path));
  await fill(store);
  return store;
}

it('the use of a row is in the file after it is closed', async ({ folder }) => {
  const path = join(folder, 'mock.db');
  const store = await openFilled(path);
  await store.identities.touch('ada', NOON + 77);
  await store.close();

  const database = new Database(path, { readonly: true });
  const usedAt = database.prepare(`SELECT at FROM uses WHERE id = 'ada'`).pluck();
  expect(usedAt.get()).toBe(NOON + 77);
  database.close();
});

it('a full disk rejects a restore, and the data in memory stays unchanged', async ({ folder, skip }) => {
  const disk = await mountSmallDisk(folder, skip);
  const store = await openFilled(join(disk.path, 'mock.db'));
  try {
    await fillDisk(disk.path);
    const insertMany = async () => {
      for (let id = 0; id < 100; id++) await withoutRevisions(store).collections.insert(row(`row-${id}`), null);
    };
    await expect(insertMany()).rejects.toMatchObject({ why: 'full' });
    await store.identities.touch('ada', NOON + 77);
    const frozen = store.collections.freeze();
    const readings = await readAll(store);

    expect(readings.lastLogins[0]?.get('ada')).toBe(NOON + 77);
    await expect(store.collections.replace(frozen)).rejects.toMatchObject({ why: 'full' });
    expect(await readAll(store)).toEqual(readings);
  } finally {
    await store.close().catch(() => {});
    await disk.remove();
  }
});

describe('a data file', () => {
  it('that was removed rejects a restore, and is still read from memory', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const store = await openFilled(path);
    const before = await readAll(store);
    const frozen = store.collections.freeze();
    await rm(path);

    expect(await readAll(storeOf(frozen))).toEqual(before);
    await expect(store.collections.replace(frozen)).rejects.toThrow(WriteFailure);
    await expect(store.collections.replace(frozen)).rejects.toMatchObject({ why: 'lost' });
    expect(await readAll(store)).toEqual(before);
    await store.close();
  });

  it('opens with the previous data after a crash during a restore', async ({ folder }) => {
    const path = join(folder, 'mock.db');
    const store = await openFilled(path);
    const [before, frozen] = [await readAll(store), store.collections.freeze()];
    await store.world.load(keptSeed, people);
    await store.collections.replace(frozen);
    const copy = join(folder, 'copy.db');
    await copyFile(path, copy);
    const log = await readFile(`${path}-wal`);
    // The last frame of the log commits the change.
    await writeFile(`${copy}-wal`, log.subarray(0, log.length - 1));
    await store.close();
    const [torn, whole] = [fullStore(await openFile(copy)), fullStore(await openFile(path))];

    expect((await torn.world.counts())['ngcKeys']).toBe(0);
    expect((await torn.world.counts())['users']).toBe(2);
    expect(await readAll(whole)).toEqual(before);
    await torn.close();
    await whole.close();
  });
});
