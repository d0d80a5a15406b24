import { expect, it } from 'vitest';
import { createStreamedList, StreamedList } from '../../../src/decisions/responses/streamed-list.ts';

const LARGE = 'x'.repeat(20_000);

function createList(count: number, render: (item: number) => object | undefined = (item) => ({ item })) {
  const items = Array.from({ length: count }, (_, index) => index);
  return new StreamedList(items, render, (entries) => ({ total: count, entries, more: { next: null } }));
}

it.each([0, 1, 3000])('a list of %i entries is written as the JSON of the whole', (count) => {
  const parsed = JSON.parse([...createList(count).parts()].join(''));
  expect(parsed).toEqual({
    total: count,
    entries: Array.from({ length: count }, (_, item) => ({ item })),
    more: { next: null },
  });
});

it('an entry that was deleted before it is written is omitted', () => {
  const list = createList(4, (item) => (item % 2 === 0 ? undefined : { item }));
  expect(JSON.parse([...list.parts()].join('')).entries).toEqual([{ item: 1 }, { item: 3 }]);
});

it('an entry is rendered when its reader has taken the entries before it', () => {
  let rendered = 0;
  const parts = createList(1000, (item) => {
    rendered += 1;
    return { item, LARGE };
  }).parts();
  parts.next();
  expect(rendered).toBe(1);
  parts.next();
  expect(rendered).toBe(2);
});

it('the sample of a list contains its first entries', () => {
  expect(createList(1000).sample()).toEqual({
    total: 1000,
    entries: Array.from({ length: 10 }, (_, item) => ({ item })),
    more: { next: null },
  });
  expect(createList(3, (item) => (item === 1 ? undefined : { item })).sample()).toMatchObject({
    entries: [{ item: 0 }, { item: 2 }],
  });
});

it('a short list is written at once', () => {
  expect([...createList(3).parts()]).toHaveLength(1);
});

it('a streamed list can be the body of a response', () => {
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
