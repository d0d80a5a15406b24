import { describe, expect, it } from 'vitest';
import { newBudgets } from '../../src/core/bounded-cache.ts';
import { Quota } from '../../src/core/quota.ts';
import type { Row } from '../../src/store/collections.ts';
import { Unwritable } from '../../src/store/errors.ts';
import { type FrozenRows, frozenRows, NO_ROWS, OwnRows, weightOf } from '../../src/store/frozen-rows.ts';
import { openMemory } from '../../src/store/memory.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { StateAccounts } from '../../src/store/state-account.ts';
import { row } from '../support/records.ts';

describe('an account', () => {
  it('takes what it has from the quota, and gives back what it no longer has', () => {
    const accounts = new StateAccounts(new Quota(100));
    const [one, other] = [accounts.open(), accounts.open()];
    one.hold(60);
    other.hold(40);
    expect(accounts.quota.used).toBe(100);
    expect(() => other.hold(41)).toThrow(Unwritable);
    expect(() => other.hold(41)).toThrow(/fill the 0 MB of memory that `--max-state` allows.*Delete objects or worlds/);
    expect(other.tryHold(41)).toBe(false);
    expect(accounts.quota.used).toBe(100);
    one.release();
    expect(accounts.quota.used).toBe(40);
    other.holdAnyway(1000);
    expect(accounts.quota.used).toBe(1000);
    other.release();
    expect(accounts.quota.used).toBe(0);
  });

  it('counts a share once, with what it refers to, for as long as anybody has it', () => {
    const accounts = new StateAccounts(new Quota(100));
    const base = { bytes: 50, base: null };
    const share = { bytes: 20, base };
    const [one, other] = [accounts.open(), accounts.open()];
    one.hold(5, [share]);
    expect(accounts.quota.used).toBe(75);
    other.hold(5, [share, base]);
    expect(accounts.quota.used).toBe(80);
    one.hold(5, [base]);
    expect(accounts.quota.used).toBe(80);
    other.hold(5, []);
    expect(accounts.quota.used).toBe(60);
    expect(() => other.hold(5, [{ bytes: 41, base: null }])).toThrow(Unwritable);
    expect(accounts.quota.used).toBe(60);
    one.release();
    other.release();
    expect(accounts.quota.used).toBe(0);
  });
});

/** Stores of one process, whose state may take so many bytes. */
function storesOf(state: number) {
  const shared = newStoreParts(newBudgets({ state }));
  return {
    shared,
    open: (rows: FrozenRows = NO_ROWS) => openMemory(rows, shared, shared.state.open()),
    used: () => shared.budgets.state.used,
    rowsOf: (...lengths: number[]) =>
      frozenRows(
        lengths.map((length, index) => row(`row-${index}`, { body: 'x'.repeat(length) })),
        shared.revisions,
      ),
  };
}

const put = (store: ReturnType<typeof openMemory>, id: string, length: number, revision = 0) =>
  store.collections.commit([{ kind: 'put', row: row(id, { body: 'x'.repeat(length), revision }) }]);

describe('the state of a world', () => {
  it('is refused what has no room, keeps what it had, and gives all of it back in the end', async () => {
    const { open, used } = storesOf(10_000);
    const [store, other] = [open(), open()];
    const first = await put(store, 'a', 5000);
    const empty = await other.freeze();
    const held = used();
    expect(held).toBeGreaterThan(5000);
    await expect(put(store, 'b', 5000)).rejects.toMatchObject({ why: 'full' });
    expect(await store.collections.byId('things', 'b')).toBeNull();
    expect(used()).toBe(held);
    await put(store, 'a', 100, first);
    await put(store, 'b', 5000);
    const full = await store.freeze();
    await store.restore(empty);
    expect(used()).toBe(0);
    await store.restore(full);
    // The rows are the same.
    const both = used();
    await other.restore(full);
    expect(used()).toBe(both);
    await store.close();
    await other.close();
    expect(used()).toBe(0);
  });

  it('can be made smaller when it is full', async () => {
    const { open, used } = storesOf(20_000);
    const store = open();
    await put(store, 'large', 9000);
    const revision = await put(store, 'other', 9000);
    await expect(put(store, 'more', 9000)).rejects.toMatchObject({ why: 'full' });
    await put(store, 'other', 8000, revision);
    await store.collections.commit([{ kind: 'remove', collection: 'things', id: 'large' }]);
    await put(store, 'more', 9000);
    await store.restore(NO_ROWS);
    expect(used()).toBe(0);
  });

  it('has the rows that it began with together with other worlds', async () => {
    const { open, used, rowsOf } = storesOf(100_000);
    const rows = rowsOf(50_000, 10_000);
    const worlds = Array.from({ length: 10 }, () => open(rows));
    expect(used()).toBe(weightOf(rows));
    for (const world of worlds.slice(1)) await world.close();
    expect(used()).toBe(weightOf(rows));
    expect(() => open(rowsOf(50_000))).toThrow(Unwritable);
    await worlds[0]?.close();
    expect(used()).toBe(0);
  });

  it('has the copy of a table that it changes', async () => {
    const { open, used, rowsOf } = storesOf(1_000_000);
    const rows = rowsOf(...Array.from({ length: 100 }, () => 10));
    const store = open(rows);
    const before = used();
    await put(store, 'own', 10);
    expect(used() - before).toBeGreaterThan(100 * 200);
    await store.collections.commit([{ kind: 'remove', collection: 'things', id: 'own' }]);
    const copied = used() - before;
    await put(store, 'own', 10);
    await store.collections.commit([{ kind: 'remove', collection: 'things', id: 'own' }]);
    expect(used() - before).toBe(copied);
  });

  it('has rows with credentials of its own from the time that they are made, and what has no room is made again', async () => {
    const { shared, rowsOf } = storesOf(1_000_000);
    const below = rowsOf(2000, 2000, 2000);
    const own = { suffix: '', rows: () => (given: Row) => ({ ...given, body: String(given.body).toUpperCase() }) };
    const small = newStoreParts(newBudgets({ state: weightOf(below) + 6000 }));
    for (const parts of [shared, small]) {
      const store = openMemory(new OwnRows(below, () => true, own), parts, parts.state.open());
      const before = parts.budgets.state.used;
      for (const id of ['row-0', 'row-1', 'row-2']) {
        expect((await store.collections.byId('things', id))?.body).toBe('X'.repeat(2000));
      }
      const made = parts.budgets.state.used - before;
      expect(made).toBeGreaterThan(4000);
      expect(made).toBeLessThan(parts === small ? 6001 : 20_000);
      const { rows } = await store.collections.list({ collection: 'things' });
      expect(rows.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => 'X'.repeat(2000)));
      expect(parts.budgets.state.used).toBeLessThanOrEqual(parts.budgets.state.bytes);
    }
  });

  it('counts once where snapshots have it too, and is counted again where it differs', async () => {
    const { open, used, shared, rowsOf } = storesOf(10_000_000);
    const store = open(rowsOf(...Array.from({ length: 100 }, () => 3000)));
    const whole = used();
    const kept = [];
    for (let number = 0; number < 50; number += 1) {
      await put(store, `own-${number}`, 100);
      const copy = openMemory(await store.freeze(), shared, shared.state.open());
      kept.push(copy);
    }
    // Not fifty times as much, although each has a table of its own.
    expect(used()).toBeLessThan(16 * whole);
    for (const copy of kept) await copy.close();
    await store.restore(NO_ROWS);
    expect(used()).toBe(0);
  });
});
