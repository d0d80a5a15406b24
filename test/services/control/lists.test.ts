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

/** How to add and remove entries of each list. */
const LISTS: readonly {
  name: string;
  order: 'oldest first' | 'newest first';
  add: (call: Call, number: number) => Promise<unknown>;
  remove: ((call: Call, id: string) => Promise<unknown>) | null;
}[] = [
  { name: 'requests', order: 'newest first', add: (call, n) => call(`GET /nothing/${n}`), remove: null },
  { name: 'decisions', order: 'newest first', add: (call) => call('GET /api/v1/users'), remove: null },
  {
    name: 'keys',
    order: 'oldest first',
    add: (call, n) => call('POST /_mock/keys', { type: 'service', name: `k-${n}`, services: ['air'], scopes: [] }),
    remove: (call, id) => call(`DELETE /_mock/keys/${id}`),
  },
  {
    name: 'snapshots',
    order: 'newest first',
    add: (call, n) => call('POST /_mock/snapshots', { name: `s-${n}` }),
    remove: (call, id) => call(`DELETE /_mock/snapshots/${id}`),
  },
  {
    name: 'faults',
    order: 'oldest first',
    add: (call, n) => call('POST /_mock/faults', { match: { operation: 'get_users' }, times: n, do: { status: 503 } }),
    remove: (call, id) => call(`DELETE /_mock/faults/${id}`),
  },
  {
    name: 'worlds',
    order: 'oldest first',
    add: (call, n) => call('POST /_mock/worlds', { id: `list-${n}` }),
    remove: (call, id) => call(`DELETE /_mock/worlds/${id}`),
  },
];

describe.each(LISTS)('the list of $name', ({ name, order, add, remove }) => {
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

  it.runIf(remove !== null)('continues after entries that were deleted between two pages', async () => {
    const { call } = await createWorld();
    for (let number = 1; number <= 6; number++) await add(call, number);
    const all = (await call(`GET /_mock/${name}?limit=1000`)).body[name].map(({ id }: Entry) => id);
    const from = all.length - 6;
    const first = (await call(`GET /_mock/${name}?limit=${from + 3}`)).body;
    for (const id of all.slice(Math.max(from, 1), from + 4)) await remove?.(call, id);
    const rest = (await call(`GET /_mock/${name}?after=${encodeURIComponent(first.next)}`)).body;

    expect(rest[name].map(({ id }: Entry) => id)).toEqual(all.slice(from + 4));
  });

  it.each(['there', '1.__proto__', '01', ...(name === 'worlds' ? [] : ['1.5', '1.x'])])(
    'rejects an invalid cursor: %s',
    async (after) => {
      const { status, body } = await server.call(`GET /_mock/${name}?after=${after}`);

      expect([status, body.detail]).toEqual([400, expect.stringContaining('the `next` of an earlier response')]);
    },
  );

  it.each(['0x10', '1e1', '%2016', '1.0'])('rejects a limit that is not in decimal digits: %s', async (limit) => {
    const { status, body } = await server.call(`GET /_mock/${name}?limit=${limit}`);

    expect([status, body.detail]).toEqual([
      400,
      `Query parameter \`limit\` is not valid; expected a whole number in decimal digits, got \`${decodeURIComponent(limit)}\`.`,
    ]);
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

  it('continue at the cursor despite new entries, and are empty after a reset', async () => {
    const { call } = await createWorld();
    for (let number = 0; number < 6; number++) await call(`GET /nothing/${number}`);
    const { next } = (await call('GET /_mock/requests?limit=3')).body;
    await call('GET /nothing/more');
    const rest = (await call(`GET /_mock/requests?after=${next}`)).body;
    await call('POST /_mock/reset');

    expect(rest.requests.map(({ path }: Entry) => path)).toEqual(['/nothing/2', '/nothing/1', '/nothing/0']);
    expect((await call(`GET /_mock/requests?after=${next}`)).body).toEqual({
      requests: [],
      total: 0,
      dropped: 0,
      next: null,
    });
  });

  it('have the total of the filtered entries', async () => {
    const { call } = await createWorld();
    for (const path of ['/api/v1/users', '/nothing', '/api/v1/users']) await call(`GET ${path}`);
    const listUsers = async (query: string) =>
      (await call(`GET /_mock/requests?operation=get_users&limit=1${query}`)).body;
    const first = await listUsers('');
    const second = await listUsers(`&after=${first.next}`);

    expect([first.total, first.requests.length]).toEqual([2, 1]);
    expect([second.total, second.requests.length, second.next]).toEqual([2, 1, null]);
  });

  it.each(['', 'tokens/zoo'])('with a single page have no cursor: `/_mock/%s`', async (path) => {
    const { body } = await server.call(`GET /_mock/${path}`);
    const list = body.calls ?? body.tokens;

    expect(body).toMatchObject({ total: list.length, dropped: 0, next: null });
  });
});
