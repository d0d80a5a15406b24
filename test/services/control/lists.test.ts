/** Every list has its total, the number of dropped entries and the cursor of the next page. */

import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

const server = await testServer();
// biome-ignore lint/suspicious/noExplicitAny: entries of every list
type Entry = any;

/** Reads all pages of a list. */
const readPages = async (
  call: (line: string) => Promise<{ status: number; body: Entry }>,
  path: string,
  limit: number,
) => {
  const name = path.split('?')[0] ?? '';
  const pages: Entry[][] = [];
  for (let after = ''; pages.length < 50; ) {
    const { body } = await call(`GET /_mock/${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`);
    pages.push(body[name]);
    if (body.next === null) return pages;
    after = `&after=${encodeURIComponent(body.next)}`;
  }
  throw new Error('the list does not end');
};

const createWorld = async () => {
  const { body } = await server.call('POST /_mock/worlds', { body: {} });
  const prefix = `/w/${body.id}`;
  const call = (line: string, content?: unknown) =>
    server.call(line.replace(' /', ` ${prefix}/`), content === undefined ? {} : { body: content });
  return { id: body.id as string, call };
};

type Call = Awaited<ReturnType<typeof createWorld>>['call'];

/** How to add entries to each list. */
const LISTS: readonly {
  name: string;
  order: 'oldest first' | 'newest first';
  add: (call: Call, number: number) => Promise<unknown>;
}[] = [
  { name: 'requests', order: 'newest first', add: (call, n) => call(`GET /nothing/${n}`) },
  { name: 'decisions', order: 'newest first', add: (call) => call('GET /api/v1/users') },
  {
    name: 'keys',
    order: 'oldest first',
    add: (call, n) => call('POST /_mock/keys', { type: 'service', name: `k-${n}`, services: ['air'], scopes: [] }),
  },
  { name: 'snapshots', order: 'newest first', add: (call, n) => call('POST /_mock/snapshots', { name: `s-${n}` }) },
  {
    name: 'faults',
    order: 'oldest first',
    add: (call, n) => call('POST /_mock/faults', { match: { operation: 'get_users' }, times: n, do: { status: 503 } }),
  },
  { name: 'worlds', order: 'oldest first', add: (call, n) => call('POST /_mock/worlds', { id: `list-${n}` }) },
];

describe.each(LISTS)('the list of $name', ({ name, order, add }) => {
  it('has pages with each entry once, in order, and the total', async () => {
    const { call } = await createWorld();
    for (let number = 1; number <= 5; number++) await add(call, number);
    const { body } = await call(`GET /_mock/${name}?limit=1000`);
    const ids = body[name].map(({ id }: Entry) => id);
    const pages = await readPages(call, name, 2);

    expect(body).toMatchObject({ total: ids.length, dropped: 0, next: null });
    expect(ids.length).toBeGreaterThanOrEqual(5);
    expect(pages.flat().map(({ id }) => id)).toEqual(ids);
    expect(pages.slice(0, -1).every((page) => page.length === 2)).toBe(true);
    expect((await call(`GET /_mock/${name}?limit=2`)).body.total).toBe(ids.length);
  });

  it('is filtered by the id of an entry in `since`', async () => {
    const { call } = await createWorld();
    for (let number = 1; number <= 4; number++) await add(call, number);
    const { body } = await call(`GET /_mock/${name}?limit=1000`);
    const ids: string[] = body[name].map(({ id }: Entry) => id);
    const [since, newer] = order === 'newest first' ? [ids[2], ids.slice(0, 2)] : [ids.at(-3), ids.slice(-2)];
    const filtered = (await call(`GET /_mock/${name}?since=${since}`)).body;

    expect([filtered[name].map(({ id }: Entry) => id), filtered.total]).toEqual([newer, 2]);
  });
});

describe('the lists', () => {
  it('have 100 of 150 entries on the first page and the others on the second', async () => {
    const { call } = await createWorld();
    for (let number = 0; number < 150; number++) await call(`GET /nothing/${number}`);
    const { body } = await call('GET /_mock/requests');
    const { body: rest } = await call(`GET /_mock/requests?after=${body.next}`);

    expect([body.requests.length, body.total, body.dropped]).toEqual([100, 150, 0]);
    expect([rest.requests.length, rest.requests.at(-1).path, rest.next]).toEqual([50, '/nothing/0', null]);
  });

  it.each(['', 'tokens/zoo'])('with a single page have no cursor: `/_mock/%s`', async (path) => {
    const { body } = await server.call(`GET /_mock/${path}`);
    const list = body.calls ?? body.tokens;

    expect(body).toMatchObject({ total: list.length, dropped: 0, next: null });
  });
});
