/** The weight of a row is at least its share of the heap. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Quota } from '../../src/lib/memory.ts';
import { Collections } from '../../src/store/collections.ts';
import type { Row } from '../../src/store/row.ts';
import { NO_ROWS } from '../../src/store/state.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import { row } from '../support/records.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const MEGABYTE = 1024 * 1024;
/** Large compared to the noise of the heap. */
const COUNTED = 24 * MEGABYTE;

const list = <Item>(length: number, make: (index: number) => Item) => Array.from({ length }, (_, index) => make(index));

it.each<[title: string, make: (number: number) => Partial<Row>]>([
  ['empty lists', () => ({ body: list(2000, () => []) })],
  ['empty objects', () => ({ body: list(2000, () => ({})) })],
  ['nested lists', () => ({ body: list(100, () => JSON.parse('['.repeat(60) + ']'.repeat(60))) })],
  ['unique member names', (at) => ({ body: Object.fromEntries(list(100, (index) => [`k${at}x${index}`, index])) })],
  ['numbers', () => ({ body: list(2000, (index) => index + 0.5) })],
  ['short texts', (at) => ({ body: list(500, (index) => `t${at}x${index}`) })],
  ['a long text', (at) => ({ body: 'x'.repeat(5000) + at })],
  ['a text of two-byte characters', (at) => ({ body: 'ж'.repeat(5000) + at })],
  ['no body', () => ({ body: null })],
  ['labels', (at) => ({ labels: list(200, (index) => `l${at}-${index}`) })],
  ['aliases', (at) => ({ aliases: list(200, (index) => `a${at}-${index}`) })],
  ['accounts', (at) => ({ sharedWith: list(200, (index) => `s${at}-${index}`) })],
  ['sort keys', (at) => ({ dueAt: at, facets: { name: `${at}`, state: null, createdAt: at, modifiedAt: at } })],
])('the weight of rows covers their heap: %s', async (_what, make) => {
  const quota = new Quota(1024 * MEGABYTE);
  const world = new Collections(NO_ROWS, null, new StateMemory(quota));
  await buildIndexes(world);
  const before = await readHeapUsed();
  for (let number = 0; quota.used < COUNTED; number += 1) {
    await world.commit([{ kind: 'put', row: row(`row-${number}`, make(number)) }]);
  }

  expect(((await readHeapUsed()) - before) / quota.used).toBeLessThan(1.1);
  await world.commit(world.rowsOf('things').all.map(({ id }) => ({ kind: 'remove', collection: 'things', id })));
  expect(quota.used).toBe(0);
});

/** Returns the heap in use; a single collection may leave garbage. */
async function readHeapUsed(): Promise<number> {
  let used = Number.POSITIVE_INFINITY;
  for (;;) {
    await setTimeout(10);
    collectGarbage();
    const now = process.memoryUsage().heapUsed;
    if (now > used - 50_000) return Math.min(now, used);
    used = now;
  }
}

/** Builds all indexes of a collection; they are updated from then on. */
async function buildIndexes(world: Collections): Promise<void> {
  await world.commit([{ kind: 'put', row: row('first') }]);
  const rows = world.rowsOf('things');
  for (const index of ['owner', 'parent', 'label'] as const) rows.in(index, 'a');
  rows.visibleTo('a');
  rows.byAlias('a');
  rows.due({ after: 0, to: 1, limit: 1 });
  for (const by of ['id', 'name', 'state', 'createdAt', 'modifiedAt'] as const) rows.inOrder(by);
}
