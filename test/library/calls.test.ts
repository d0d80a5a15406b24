import { afterAll, expect, it } from 'vitest';
import { startMock } from '../../src/index.ts';
import { type Call, readAllPages } from '../../src/library/calls.ts';

const mock = await startMock({ listen: false });
afterAll(() => mock.stop());

it('a list contains all entries of all pages', async () => {
  const world = await mock.world();
  for (let number = 0; number < 150; number++) await world.fetch(`/nothing/${number}`);
  const all = await world.requests.list();

  expect(all.map(({ path }) => path)).toEqual(Array.from({ length: 150 }, (_, number) => `/nothing/${149 - number}`));
});

it.each([
  [undefined, 2500],
  [2100, 2100],
  [1000, 1000],
  [3, 3],
])('a list with the limit %s contains %i of 2500 entries and requests no more than these', async (limit, count) => {
  const pageSizes: number[] = [];
  const call: Call = async <Answer>(_method: string, path: string) => {
    const query = new URL(path, 'http://mock').searchParams;
    const [from, max] = [Number(query.get('after') ?? 0), Number(query.get('limit'))];
    const keys = Array.from({ length: Math.min(max, 2500 - from) }, (_, index) => from + index);
    pageSizes.push(keys.length);
    return { keys, next: from + max < 2500 ? String(from + max) : null } as Answer;
  };
  const all = await readAllPages<number>(call, 'keys', { limit });

  expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(pageSizes.reduce((sum, size) => sum + size)).toBe(count);
});

it('the server rejects an invalid limit', async () => {
  await expect(mock.requests.list({ limit: 0 })).rejects.toThrow('limit');
});

it('decisions can be limited to those after a decision or a time', async () => {
  const world = await mock.world();
  for (const number of [1, 2, 3]) await world.fetch(`/api/v1/users?number=${number}`);
  const [newest, between] = await world.decisions.list();

  expect(await world.decisions.list({ since: between?.id ?? '' })).toEqual([newest]);
  expect(await world.decisions.list({ since: new Date(Date.now() + 60_000) })).toEqual([]);
});
