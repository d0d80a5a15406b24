/** Breaks with: src/store/sqlite/connection.ts */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { RestingConnection } from '../../src/store/sqlite/connection.ts';
import { openSqliteImage, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { row } from '../support/records.ts';
import { plainly } from '../support/rows.ts';
import { fill, readingsOf } from './contract-images.ts';

const openImage = (image: Uint8Array) => openSqliteImage(image, newStoreParts());

describe('a store in memory', () => {
  let store: Store;

  beforeEach(async () => {
    store = openSqliteStore(null);
    await fill(store);
  });
  afterEach(async () => {
    await store.close();
  });

  /** A store that rests is an image, and needs to make none. */
  const isResting = async (one: Store) => {
    const [image, again] = [await one.image(), await one.image()];
    return image === again;
  };

  it('answers at rest as before', async () => {
    const readings = await readingsOf(store);
    expect(await isResting(store)).toBe(false);
    await store.rest();

    expect(await isResting(store)).toBe(true);
    expect(await readingsOf(store)).toEqual(readings);
    expect(await isResting(store)).toBe(false);
  });

  it('that is large does not rest, because that would be felt', async () => {
    const body = { filler: 'x'.repeat(1_000_000) };
    for (const id of ['a', 'b', 'c', 'd', 'e']) await plainly(store).collections.insert(row(id, { body }), null);
    await store.rest();

    expect(await isResting(store)).toBe(false);
  });

  it('begins at rest where it is a copy', async () => {
    const copy = openImage(await store.image());
    expect(await isResting(copy)).toBe(true);
    await copy.accessKeys.byId('nothing');
    expect(await isResting(copy)).toBe(false);
    await copy.close();
  });

  it('that is closed answers nothing any more, at rest or not', async () => {
    const copy = openImage(await store.image());
    await copy.close();
    await store.close();

    for (const closed of [copy, store]) {
      await expect(closed.accessKeys.byId('nothing')).rejects.toThrow(/closed/);
      await expect(closed.image()).rejects.toThrow(/closed/);
    }
  });

  it('gives back what it remembered of a common budget when it is closed', async () => {
    const shared = newStoreParts();
    const copies = [await store.image(), await store.image()].map((image) => openSqliteImage(image, shared));
    for (const copy of copies) await readingsOf(copy);
    for (const copy of copies) await copy.accessKeys.ofOwner('ada');
    expect(shared.budgets.rows.used).toBeGreaterThan(0);
    for (const copy of copies) await copy.close();

    expect(shared.budgets.rows.used).toBe(0);
  });
});

describe('the connection to a database in memory', () => {
  const IDLE_MS = 40;
  const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const isResting = (connection: RestingConnection) => {
    const [image, again] = [connection.image(), connection.image()];
    return image === again;
  };
  let connection: RestingConnection;

  beforeEach(() => {
    connection = new RestingConnection(openDatabase(null).database, IDLE_MS);
  });
  afterEach(() => connection.close());

  it('rests once nobody asked for a while, and again', async () => {
    expect(isResting(connection)).toBe(false);
    await vi.waitUntil(() => isResting(connection), { timeout: 5000, interval: 2 * IDLE_MS + 20 });
    connection.use();
    expect(isResting(connection)).toBe(false);
    await vi.waitUntil(() => isResting(connection), { timeout: 5000, interval: 2 * IDLE_MS + 20 });
  });

  it('does not rest while somebody asks now and then', async () => {
    const first = connection.use();
    for (let time = 0; time < 20; time++) {
      await later(IDLE_MS / 4);
      expect(connection.use()).toBe(first);
    }
  });
});
