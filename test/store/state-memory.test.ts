import { expect, it } from 'vitest';
import { Quota } from '../../src/memory/quota.ts';
import { WriteFailure } from '../../src/store/errors.ts';
import { createState, NO_ROWS, StateBuilder } from '../../src/store/state.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import { WorldRows } from '../../src/store/world-rows.ts';
import { row } from '../support/records.ts';

function memoryOf(bytes: number) {
  const quota = new Quota(bytes);
  return { quota, memory: new StateMemory(quota) };
}

const put = (id: string, body: unknown = id) => ({ kind: 'put', row: row(id, { body }) }) as const;

it('what several hold counts once, until the last of them has dropped it', () => {
  const { quota, memory } = memoryOf(1000);
  const part = { weight: 30 };
  const [one, two] = [
    { weight: 100, parts: [part] },
    { weight: 10, parts: [part] },
  ];
  expect(memory.uncountedBytes(one)).toBe(130);
  for (const held of [one, two, one]) memory.hold(held);
  expect([quota.used, memory.uncountedBytes(one)]).toEqual([140, 0]);
  memory.release(one);
  expect(quota.used).toBe(140);
  memory.release(one);
  expect(quota.used).toBe(40);
  memory.release(two);
  expect(quota.used).toBe(0);
});

it('what does not fit is refused, and then nothing is counted', () => {
  const { quota, memory } = memoryOf(100);
  memory.reserve(60);
  expect(() => memory.reserve(41)).toThrow(WriteFailure);
  expect(() => memory.assertRoom(41)).toThrow(expect.objectContaining({ why: 'full' }));
  memory.assertRoom(40);
  memory.unreserve(60);
  expect(quota.used).toBe(0);
});

it('what takes nothing is not refused, even beyond the limit', () => {
  const { quota, memory } = memoryOf(100);
  memory.hold({ weight: 200 });

  memory.assertRoom(0);
  expect(() => memory.assertRoom(1)).toThrow(WriteFailure);
  expect(quota.used).toBe(200);
});

it('a refusal says what is full, and what makes room', () => {
  const { memory } = memoryOf(3 * 1024 * 1024);

  expect(() => memory.reserve(4 * 1024 * 1024)).toThrow(
    'The objects of all worlds fill the 3 MB of memory that `--max-state` allows, so nothing was stored. ' +
      'Delete objects or worlds, reset worlds, or start the server with a higher limit.',
  );
});

it('worlds share what they began with, and count what they change in full', async () => {
  const { quota, memory } = memoryOf(1_000_000);
  const begin = createState(['a', 'b', 'c'].map((id) => row(id)));
  const weight = begin.collections.get('things')?.weight ?? 0;
  const worlds = [1, 2, 3].map(() => new WorldRows(begin, { memory }));
  expect(quota.used).toBe(weight);
  await worlds[0]?.commit([put('d')]);
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

it('rows that have no room are refused and change nothing; deleting makes room at once', async () => {
  const { quota, memory } = memoryOf(20_000);
  const world = new WorldRows(NO_ROWS, { memory });
  await world.commit([put('a', 'x'.repeat(8000))]);
  const { used } = quota;
  await expect(world.commit([put('b', 'x'.repeat(15_000))])).rejects.toBeInstanceOf(WriteFailure);
  expect([quota.used, await world.count('things')]).toEqual([used, 1]);
  await world.commit([{ kind: 'remove', collection: 'things', id: 'a' }]);
  expect(quota.used).toBe(0);
  await world.commit([put('b', 'x'.repeat(15_000))]);
  // A change that makes it smaller is never refused.
  memory.hold({ weight: 20_000 });
  const [before] = await world.list({ collection: 'things' });
  await world.commit([{ kind: 'put', row: { ...(before ?? row('b')), body: 'x' } }]);
  expect(quota.used).toBeLessThan(22_000);
});

it('a state is counted row by row while it is made, and no longer once that is over', () => {
  const { quota, memory } = memoryOf(10_000);
  const builder = new StateBuilder(memory);
  builder.add(row('a'));
  expect(quota.used).toBeGreaterThan(500);
  expect(() => builder.add(row('b', { body: 'x'.repeat(10_000) }))).toThrow(WriteFailure);
  builder.release();
  builder.release();
  expect(quota.used).toBe(0);
});
