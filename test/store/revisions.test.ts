import { expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import { NO_ROWS } from '../../src/store/frozen-rows.ts';
import { openMemory } from '../../src/store/memory.ts';
import { Revisions } from '../../src/store/revisions.ts';
import { newStoreParts } from '../../src/store/shared.ts';

const THINGS = new Collection<number>('things');

it('gives each revision once, whoever asks', () => {
  const revisions = new Revisions();
  expect([revisions.next(), revisions.next(), revisions.next()]).toEqual([1, 2, 3]);
  revisions.goOnAbove(2);
  revisions.goOnAbove(20);
  expect(revisions.next()).toBe(21);
});

it('gives no number that is not a safe integer', () => {
  const revisions = new Revisions();
  revisions.goOnAbove(Number.MAX_SAFE_INTEGER - 1);
  expect(revisions.next()).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => revisions.next()).toThrow(RangeError);
  expect(() => revisions.goOnAbove(1.5)).toThrow('1.5 cannot be a revision');
});

it('revisions stay small, however often a store is copied, and both it and the copy are written', async () => {
  const shared = newStoreParts();
  const store = openMemory(NO_ROWS, shared);
  await store.collections.commit([THINGS.put(THINGS.row({ id: 'a', owner: 'acme', parent: null, body: 0 }))]);
  const rounds = 100;
  for (let round = 1; round <= rounds; round++) {
    const copy = openMemory(await store.freeze(), shared);
    for (const one of [copy, store]) {
      const { revision } = await THINGS.change(one.collections, 'a', (before) => ({ ...before, body: round }));
      expect(revision).toBeLessThan(4 * rounds);
    }
    await copy.close();
  }
  await store.close();
});

it('copies of one image go on above one another: a world that is made again under an id has none of those before', async () => {
  const shared = newStoreParts();
  const store = openMemory(NO_ROWS, shared);
  await store.collections.commit([THINGS.put(THINGS.row({ id: 'a', owner: 'acme', parent: null, body: 1 }))]);
  const image = await store.freeze();
  const seen: number[] = [];
  for (const copy of [openMemory(image, shared), openMemory(image, shared)]) {
    const row = await THINGS.change(copy.collections, 'a', (before) => ({ ...before, body: before.body + 1 }));
    const { revision } = await THINGS.all(copy.collections);
    seen.push(row.revision, revision);
    await copy.close();
  }
  await store.close();

  const [first = 0, , second = 0] = seen;
  expect(second).toBeGreaterThan(first);
});
