import { expect, it } from 'vitest';
import { newBudgets } from '../../src/core/bounded-cache.ts';
import { Quota } from '../../src/core/quota.ts';
import { Unwritable } from '../../src/store/errors.ts';
import { openMemory } from '../../src/store/memory.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { StateAccount } from '../../src/store/state-account.ts';
import { NO_ROWS } from '../../src/store/world-rows.ts';
import { row } from '../support/records.ts';

it('counts what a world holds beyond what is free, and gives back what it no longer holds', () => {
  const quota = new Quota(100);
  const [one, other] = [new StateAccount(quota, 50), new StateAccount(quota, 0)];
  one.hold(40);
  expect(quota.used).toBe(0);
  one.hold(110);
  other.hold(40);
  expect(quota.used).toBe(100);
  expect(() => other.hold(41)).toThrow(Unwritable);
  expect(() => other.hold(41)).toThrow(/fill the 0 MB of memory that `--max-state` allows.*Delete objects or worlds/);
  expect(quota.used).toBe(100);
  one.hold(0);
  expect(quota.used).toBe(40);
  other.holdAnyway(1000);
  expect(quota.used).toBe(1000);
  other.hold(0);
  expect(quota.used).toBe(0);
});

it('a world is refused what has no room, keeps what it had, and gives all of it back in the end', async () => {
  const shared = newStoreParts(newBudgets({ state: 10_000 }));
  const [store, other] = [openMemory(NO_ROWS, shared, 0), openMemory(NO_ROWS, shared, 0)];
  const put = (id: string, length: number, revision = 0) =>
    store.collections.commit([{ kind: 'put', row: row(id, { body: 'x'.repeat(length), revision }) }]);
  const first = await put('a', 5000);
  const empty = await other.freeze();
  const held = shared.budgets.state.used;
  expect(held).toBeGreaterThan(5000);
  await expect(put('b', 5000)).rejects.toMatchObject({ why: 'full' });
  expect(await store.collections.byId('things', 'b')).toBeNull();
  expect(shared.budgets.state.used).toBe(held);
  await put('a', 100, first);
  await put('b', 5000);
  const full = await store.freeze();
  await store.restore(empty);
  expect(shared.budgets.state.used).toBe(0);
  await store.restore(full);
  await expect(other.restore(full)).rejects.toMatchObject({ why: 'full' });
  await store.close();
  expect(shared.budgets.state.used).toBe(0);
});

it('a world that begins again gives back what it held at once', async () => {
  const shared = newStoreParts(newBudgets({ state: 20_000 }));
  const store = openMemory(NO_ROWS, shared, 0);
  const put = () => store.collections.commit([{ kind: 'put', row: row('a', { body: 'x'.repeat(5000) }) }]);
  await put();
  const held = shared.budgets.state.used;
  await store.restore(NO_ROWS);
  expect(shared.budgets.state.used).toBe(0);
  await put();
  expect(shared.budgets.state.used).toBe(held);
  await store.close();
});

it('rows that all worlds of a seed share are free', async () => {
  const shared = newStoreParts(newBudgets({ state: 10_000 }));
  const seed = openMemory(NO_ROWS, shared);
  await seed.collections.commit([{ kind: 'put', row: row('a', { body: 'x'.repeat(50_000) }) }]);
  const rows = await seed.freeze();
  const worlds = Array.from({ length: 10 }, () => openMemory(rows, shared, 101_000));
  expect(shared.budgets.state.used).toBe(0);
  for (const world of worlds) await world.close();
});
