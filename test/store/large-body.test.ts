import { expect, it } from 'vitest';
import { newBudgets } from '../../src/core/bounded-cache.ts';
import { NO_ROWS, rowsIn } from '../../src/store/frozen-rows.ts';
import { openMemory } from '../../src/store/memory.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { row } from '../support/records.ts';

const large = (text: string) => ({ text, list: [1, { deep: null }] });

it('a large body is what was stored, after a use, a copy and a change of its row, too', async () => {
  const { collections, ...store } = openMemory(NO_ROWS, newStoreParts());
  const text = 'ä'.repeat(5000);
  await collections.commit([{ kind: 'put', row: row('a', { body: large(text) }) }]);
  const read = async () => (await collections.byId('things', 'a'))?.body;

  expect(await read()).toEqual(large(text));
  expect(await read()).toBe(await read());
  await collections.note('things', 'a', 5);
  expect((await collections.byId('things', 'a'))?.usedAt).toBe(5);
  expect(await read()).toEqual(large(text));
  const before = await collections.byId('things', 'a');
  await collections.commit([{ kind: 'put', row: { ...(before as typeof before & object), body: large('short') } }]);
  expect(await read()).toEqual(large('short'));
  expect(before?.body).toEqual(large(text));
  void store;
});

it('a large body is found by search, and counted as its bytes', async () => {
  const shared = newStoreParts(newBudgets({ state: 1_000_000 }));
  const store = openMemory(NO_ROWS, shared, shared.state.open());
  const facets = { name: 'a', state: null, createdAt: 1, modifiedAt: 1 };
  const body = { ...large('x'.repeat(50_000)), note: 'needle' };
  await store.collections.commit([{ kind: 'put', row: row('a', { body, facets }) }]);
  const { rows } = await store.collections.page({
    collection: 'things',
    account: null,
    where: [],
    search: { members: ['note'], text: 'NEEDLE' },
    order: { by: 'id', descending: false },
    limit: 10,
    offset: 0,
  });

  expect(rows.map(({ id }) => id)).toEqual(['a']);
  expect(shared.budgets.state.used).toBeGreaterThan(50_000);
  expect(shared.budgets.state.used).toBeLessThan(55_000);
  const copy = openMemory(await store.freeze(), newStoreParts());
  expect(rowsIn(await copy.freeze()).map((one) => one.body)).toEqual([body]);
});

it('a body is made of bytes outside of the heap if it has more than 4096 characters', async () => {
  const store = openMemory(NO_ROWS, newStoreParts());
  const ofLength = (id: string, length: number) => row(id, { body: 'x'.repeat(length - 2) });
  await store.collections.commit(
    [ofLength('small', 4096), ofLength('large', 4097)].map((one) => ({ kind: 'put', row: one })),
  );
  const isMade = async (id: string) => {
    const found = await store.collections.byId('things', id);
    return Object.getOwnPropertyDescriptor(found, 'body')?.get !== undefined;
  };

  expect([await isMade('small'), await isMade('large')]).toEqual([false, true]);
});
