import { expect, it } from 'vitest';
import { Quota } from '../../src/lib/memory.ts';
import { Collections } from '../../src/store/collections.ts';
import { WriteFailure } from '../../src/store/errors.ts';
import { createState, NO_ROWS, StateBuilder } from '../../src/store/state.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import { row } from '../support/records.ts';

function createMemory(bytes: number) {
  const quota = new Quota(bytes);
  return { quota, memory: new StateMemory(quota) };
}

const createPut = (id: string, body: unknown = id) => ({ kind: 'put', row: row(id, { body }) }) as const;

it('shared parts are counted once, until their last holder releases them', () => {
  const { quota, memory } = createMemory(1000);
  const part = { weight: 30 };
  const [first, second] = [
    { weight: 100, parts: [part] },
    { weight: 10, parts: [part] },
  ];
  expect(memory.uncountedBytes(first)).toBe(130);
  for (const held of [first, second, first]) memory.hold(held);
  expect([quota.used, memory.uncountedBytes(first)]).toEqual([140, 0]);
  memory.release(first);
  expect(quota.used).toBe(140);
  memory.release(first);
  expect(quota.used).toBe(40);
  memory.release(second);
  expect(quota.used).toBe(0);
});

it('bytes beyond the limit are rejected, and not counted', () => {
  const { quota, memory } = createMemory(100);
  memory.reserve(60);
  expect(() => memory.reserve(41)).toThrow(WriteFailure);
  expect(() => memory.assertRoom(41)).toThrow(expect.objectContaining({ why: 'full' }));
  memory.assertRoom(40);
  memory.unreserve(60);
  expect(quota.used).toBe(0);
});

it('zero bytes are accepted even beyond the limit', () => {
  const { quota, memory } = createMemory(100);
  memory.hold({ weight: 200 });

  memory.assertRoom(0);
  expect(() => memory.assertRoom(1)).toThrow(WriteFailure);
  expect(quota.used).toBe(200);
});

it('a rejection has the limit and a remedy', () => {
  const { memory } = createMemory(3 * 1024 * 1024);

  expect(() => memory.reserve(4 * 1024 * 1024)).toThrow(
    'The objects of all worlds fill the 3 MB of memory that `--max-state` allows, so nothing was stored. ' +
      'Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
});

it('worlds share initial rows, and count changed collections in full', async () => {
  const { quota, memory } = createMemory(1_000_000);
  const begin = createState(['a', 'b', 'c'].map((id) => row(id)));
  const weight = begin.collections.get('things')?.weight ?? 0;
  const worlds = [1, 2, 3].map(() => new Collections(begin, null, memory));
  expect(quota.used).toBe(weight);
  await worlds[0]?.commit([createPut('d')]);
  expect(quota.used).toBeGreaterThan(2 * weight);
  const frozen = worlds[0]?.freeze() ?? NO_ROWS;
  memory.hold(frozen);
  worlds[0]?.release();
  const copied = frozen.collections.get('things')?.weight ?? 0;
  expect(quota.used).toBe(weight + copied);
  memory.release(frozen);
  for (const world of worlds.slice(1)) world.release();
  expect(quota.used).toBe(0);
});

it('rows beyond the limit are rejected and change nothing, and a deletion frees bytes at once', async () => {
  const { quota, memory } = createMemory(20_000);
  const world = new Collections(NO_ROWS, null, memory);
  await world.commit([createPut('a', 'x'.repeat(8000))]);
  const { used } = quota;
  await expect(world.commit([createPut('b', 'x'.repeat(15_000))])).rejects.toBeInstanceOf(WriteFailure);
  expect([quota.used, world.rowsOf('things').count]).toEqual([used, 1]);
  await world.commit([{ kind: 'remove', collection: 'things', id: 'a' }]);
  expect(quota.used).toBe(0);
  await world.commit([createPut('b', 'x'.repeat(15_000))]);
  // A change that reduces the size is never rejected.
  memory.hold({ weight: 20_000 });
  const [before] = world.rowsOf('things').all;
  await world.commit([{ kind: 'put', row: { ...(before ?? row('b')), body: 'x' } }]);
  expect(quota.used).toBeLessThan(22_000);
});

it('a state is counted row by row while it is built, until it is released', () => {
  const { quota, memory } = createMemory(10_000);
  const builder = new StateBuilder(memory);
  builder.add(row('a'));
  expect(quota.used).toBeGreaterThan(500);
  expect(() => builder.add(row('b', { body: 'x'.repeat(10_000) }))).toThrow(WriteFailure);
  builder.release();
  builder.release();
  expect(quota.used).toBe(0);
});
