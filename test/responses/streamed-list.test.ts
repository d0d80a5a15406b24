import { expect, it } from 'vitest';
import { createStreamedList, StreamedList } from '../../src/responses/streamed-list.ts';

const LARGE = 'x'.repeat(20_000);

function listOf(count: number, render: (item: number) => object | undefined = (item) => ({ item })) {
  const items = Array.from({ length: count }, (_, index) => index);
  return new StreamedList(items, render, (entries) => ({ total: count, entries, more: { next: null } }));
}

it.each([0, 1, 3000])('a list of %i entries is written as the JSON of the whole', (count) => {
  const written = JSON.parse([...listOf(count).parts()].join(''));
  expect(written).toEqual({
    total: count,
    entries: Array.from({ length: count }, (_, item) => ({ item })),
    more: { next: null },
  });
});

it('an entry that is gone by the time it would be written is left out', () => {
  const list = listOf(4, (item) => (item % 2 === 0 ? undefined : { item }));
  expect(JSON.parse([...list.parts()].join('')).entries).toEqual([{ item: 1 }, { item: 3 }]);
});

it('an entry is made when its reader has taken those before it', () => {
  let made = 0;
  const parts = listOf(1000, (item) => {
    made += 1;
    return { item, LARGE };
  }).parts();
  parts.next();
  expect(made).toBe(1);
  parts.next();
  expect(made).toBe(2);
});

it('the first entries stand for all of them where the answer is compared with its document', () => {
  expect(listOf(1000).sample()).toEqual({
    total: 1000,
    entries: Array.from({ length: 10 }, (_, item) => ({ item })),
    more: { next: null },
  });
  expect(listOf(3, (item) => (item === 1 ? undefined : { item })).sample()).toMatchObject({
    entries: [{ item: 0 }, { item: 2 }],
  });
});

it('a short list is written at once', () => {
  expect([...listOf(3).parts()]).toHaveLength(1);
});

it('a list is the body of an answer', () => {
  const body = createStreamedList(
    [1, 2],
    (item) => ({ item }),
    (entries) => ({ entries }),
  );

  expect(body).toBeInstanceOf(StreamedList);
  expect(JSON.parse([...(body as unknown as StreamedList).parts()].join(''))).toEqual({
    entries: [{ item: 1 }, { item: 2 }],
  });
});
