/** Breaks with: src/store/shared.ts */
import { expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import { Revisions } from '../../src/store/revisions.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { openSqliteImage, openSqliteStore } from '../../src/store/sqlite/index.ts';

const THINGS = new Collection<number>('things');

it('gives each revision once, whoever asks', () => {
  const revisions = new Revisions();
  expect([revisions.next(), revisions.next(), revisions.block(10), revisions.next()]).toEqual([1, 2, 2, 13]);
  revisions.goOnAbove(5);
  revisions.goOnAbove(20);
  expect(revisions.next()).toBe(21);
});

it('copies of one image go on above one another: a world that is made again under an id has none of those before', async () => {
  const shared = newStoreParts();
  const store = openSqliteStore(null, shared);
  await store.collections.commit([THINGS.put(THINGS.row({ id: 'a', owner: 'acme', parent: null, body: 1 }))]);
  const image = await store.image();
  const seen: number[] = [];
  for (const copy of [openSqliteImage(image, shared), openSqliteImage(image, shared)]) {
    const row = await THINGS.change(copy.collections, 'a', (before) => ({ ...before, body: before.body + 1 }));
    const { revision } = await THINGS.all(copy.collections);
    seen.push(row.revision, revision);
    await copy.close();
  }
  await store.close();

  const [first = 0, , second = 0] = seen;
  expect(second).toBeGreaterThan(first);
});
