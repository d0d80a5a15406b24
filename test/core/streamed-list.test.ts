import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { StreamedList } from '../../src/core/streamed-list.ts';

const LARGE = 'x'.repeat(20_000);

function listOf(count: number, render: (item: number) => object | undefined = (item) => ({ item })) {
  const items = Array.from({ length: count }, (_, index) => index);
  return new StreamedList(items, render, (entries) => ({ total: count, entries, more: { next: null } }));
}

it.each([0, 1, 3000])('a list of %i entries is written as the JSON of the whole', async (count) => {
  const written = JSON.parse(await text(listOf(count).read()));
  expect(written).toEqual({
    total: count,
    entries: Array.from({ length: count }, (_, item) => ({ item })),
    more: { next: null },
  });
});

it('an entry that is gone by the time it would be written is left out', async () => {
  const list = listOf(4, (item) => (item % 2 === 0 ? undefined : { item }));
  expect(JSON.parse(await text(list.read())).entries).toEqual([{ item: 1 }, { item: 3 }]);
});

it('an entry is made when its reader has taken those before it', async () => {
  let made = 0;
  const list = listOf(1000, (item) => {
    made += 1;
    return { item, LARGE };
  });
  const stream = list.read();
  await once(stream, 'readable');
  expect(made).toBeLessThan(5);
  stream.read();
  await once(stream, 'readable');
  expect(made).toBeLessThan(10);
  stream.destroy();
});

it('the first entries stand for all of them where the answer is compared with its document', () => {
  expect(listOf(1000).sample()).toMatchObject({ total: 1000, entries: { length: 10 } });
});
