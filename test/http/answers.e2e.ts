import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StreamedList } from '../../src/decisions/responses/streamed-list.ts';
import { type AnsweringServer, answeringServer, type Fetch, type TestAnswer } from '../support/answering.ts';
import { AT_ONCE_MS } from '../support/limits.ts';
import { openLine, requestBytes } from '../support/wire.ts';
import { createFault, toyRequest } from './steps/toy-request.ts';

const BODY = { items: Array.from({ length: 50 }, (_, index) => ({ index, name: 'ä' })) };
const TEXT = JSON.stringify(BODY);
const HALF = Buffer.from(TEXT)
  .subarray(0, Math.floor(Buffer.byteLength(TEXT) / 2))
  .toString();
const usual: TestAnswer = { outcome: { status: 200, body: BODY } };
const none: TestAnswer = { outcome: { status: 204 } };
/** A body of zero bytes. */
const empty: TestAnswer = { outcome: { status: 200, body: Buffer.alloc(0) } };

const opened: Readable[] = [];
/** A stream that sends its first event and stays open. */
const openStream = (first = 'data: 1\n\n') => {
  const source = new Readable({ read: () => {} });
  source.push(first);
  opened.push(source);
  return source;
};
const streamBody = (body: Readable): TestAnswer => ({ outcome: { status: 200, body } });
const aroundItems = (items: readonly unknown[]) => ({ items });
/** A response of an operation that a fault replaces. */
const replaceByFault = (outcome: TestAnswer['outcome'], replacement: object = { body: { name: 'ä' } }): TestAnswer => {
  const answer = { status: 203, headers: { 'x-a': 'of the fault' }, ...replacement };
  const inject = async () => createFault({ answer });
  return { outcome, isOfOperation: true, world: { faults: { isEmpty: false, inject } } };
};
/** A response that cannot be recorded. */
const failToRecord = (outcome: TestAnswer['outcome']): TestAnswer => {
  const recordRequest = () => {
    throw new Error('no journal');
  };
  return { outcome, world: { activityLog: { ...toyRequest().world.activityLog, recordRequest } } };
};
const answers = () => ({
  '/usual': () => usual,
  '/late': async () => {
    await pause(200);
    return usual;
  },
  '/before': () => ({ ...usual, action: { drop: 'before' } as const }),
  '/headers': () => ({ ...usual, action: { drop: 'headers' } as const }),
  '/body': () => ({ ...usual, action: { drop: 'body' } as const }),
  '/none/body': () => ({ ...none, action: { drop: 'body' } as const }),
  '/empty/body': () => ({ ...empty, action: { drop: 'body' } as const }),
  '/slow': () => ({ ...usual, action: { body: 'slow' } as const }),
  '/none/slow': () => ({ ...none, action: { body: 'slow' } as const }),
  '/unchanged/slow': () => ({ outcome: { status: 304 }, action: { body: 'slow' } as const }),
  '/empty/slow': () => ({ ...empty, action: { body: 'slow' } as const }),
  '/spoiled/empty': () => ({ ...usual, action: { body: 'empty' } as const }),
  '/spoiled/truncated': () => ({ ...usual, action: { body: 'truncated' } as const }),
  '/spoiled/garbage': () => ({ ...usual, action: { body: 'garbage' } as const }),
  '/stream': () => streamBody(openStream()),
  '/stream/late': async () => {
    await pause(100);
    return streamBody(openStream());
  },
  '/stream/dropped': () => ({ ...streamBody(openStream()), action: { drop: 'body' } as const }),
  '/list': () => ({ outcome: { status: 200, body: new StreamedList(BODY.items, (item) => item, aroundItems) } }),
  '/typed': () => ({ outcome: { status: 200, body: Buffer.from('abc'), headers: { 'content-type': 'foo' } } }),
  '/replaced': () => replaceByFault({ status: 200, body: BODY, headers: { 'x-a': 'of the operation', etag: '1' } }),
  '/replaced/nothing': () => replaceByFault({ status: 200, body: BODY }, {}),
  '/replaced/stream': () => replaceByFault({ status: 200, body: openStream() }),
  '/unsendable': () => ({ outcome: { status: 200, body: BODY, headers: { 'x-a': '\u0001', etag: '1' } } }),
  '/unsendable/stream': () => ({
    outcome: { status: 200, body: openStream(), headers: { 'x-a': '\u0001', etag: '1' } },
  }),
  '/failing': () => failToRecord({ status: 200, body: BODY }),
  '/failing/stream': () => failToRecord({ status: 200, body: openStream() }),
});
const server = await answeringServer(answers());
const { port } = server;

const DOORS: readonly (readonly [string, (of: AnsweringServer) => Fetch])[] = [
  ['over a socket', ({ overSocket }) => overSocket],
  ['in process', ({ inProcess }) => inProcess],
];

/** The error of a response that does not arrive, as `fetch` throws it. */
const readFailure = async (promise: Promise<unknown>) => {
  const thrown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  const { name, message, cause } = thrown as Error & { cause?: { code?: string } };
  return { name, message, code: cause?.code };
};

const buildRequest = (path: string, method = 'GET') => requestBytes(`${method} ${path}`, ['Host: localhost']);

describe.each(DOORS)('%s', (_door, selectFetch) => {
  const fetchPath = selectFetch(server);

  it.each(['/before', '/headers', '/none/body', '/empty/body'])(
    'a response that is dropped before the end of its headers fails the request: %s',
    async (path) => {
      const { name, message, code } = await readFailure(fetchPath(path));

      expect([name, message]).toEqual(['TypeError', 'fetch failed']);
      expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain(code);
    },
  );

  it('a response that is dropped in its body starts, and its body fails', async () => {
    const answer = await fetchPath('/body');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(TEXT));

    const pieces: string[] = [];
    const reading = (async () => {
      for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>)
        pieces.push(Buffer.from(part).toString());
    })();

    expect(await readFailure(reading)).toEqual({ name: 'TypeError', message: 'terminated', code: 'UND_ERR_SOCKET' });
    expect(pieces.join('')).toBe(HALF);
  });

  it.each([
    ['/none/slow', 204],
    ['/unchanged/slow', 304],
    ['/empty/slow', 200],
  ])('a response without a body is not slowed down: %s', async (path, status) => {
    const answer = await fetchPath(path);

    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('a response to HEAD has no body to slow down or to stream', async () => {
    const [slow, stream] = [
      await fetchPath('/slow', { method: 'HEAD' }),
      await fetchPath('/stream', { method: 'HEAD' }),
    ];

    expect([slow.status, slow.headers.get('content-length')]).toEqual([200, String(Buffer.byteLength(TEXT))]);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect([await slow.text(), await stream.text()]).toEqual(['', '']);
    expect(opened.at(-1)?.destroyed).toBe(true);
    expect((await readFailure(fetchPath('/body', { method: 'HEAD' }))).message).toBe('fetch failed');
  });

  it.each([
    ['/spoiled/empty', ''],
    ['/spoiled/truncated', HALF],
    ['/spoiled/garbage', expect.not.stringContaining('items')],
  ])('a spoiled body arrives with a correct content-length: %s', async (path, text) => {
    const answer = await fetchPath(path);
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect(bytes.toString()).toEqual(text);
    expect([answer.status, answer.headers.get('x-mock-fault')]).toEqual([200, 'f-1']);
    expect(Number(answer.headers.get('content-length'))).toBe(bytes.length);
  });

  it('bytes keep their content type, even an invalid type', async () => {
    const answer = await fetchPath('/typed');

    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['foo', 'abc']);
  });

  it('a streamed list is the same JSON as a buffered list', async () => {
    const [list, whole] = [await fetchPath('/list'), await fetchPath('/usual')];

    expect(await list.text()).toBe(TEXT);
    expect(list.headers.get('content-type')).toBe(whole.headers.get('content-type'));
    expect(list.headers.get('content-length')).toBeNull();
  });

  it.each(['/replaced', '/replaced/stream'])(
    'a response that a fault replaces contains nothing of the original: %s',
    async (path) => {
      const answer = await fetchPath(path);

      expect([answer.status, await answer.text()]).toEqual([203, '{"name":"ä"}']);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-length': '13',
        'content-type': 'application/json; charset=utf-8',
        'x-a': 'of the fault',
        'x-mock-fault': 'f-1',
      });
      for (const name of ['etag', 'cache-control', 'x-accel-buffering']) expect(answer.headers.has(name)).toBe(false);
      if (path.includes('stream')) expect(opened.at(-1)?.destroyed).toBe(true);
    },
  );

  it('a response that a fault replaces has no body if the fault has none', async () => {
    const answer = await fetchPath('/replaced/nothing');

    expect([answer.status, await answer.text()]).toEqual([203, '']);
    expect([answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual(['0', null]);
  });

  it.each(['/failing', '/failing/stream', '/unsendable', '/unsendable/stream'])(
    'a response that cannot be recorded or has invalid headers becomes a 500: %s',
    async (path) => {
      const answer = await fetchPath(path);

      expect([answer.status, await answer.text()]).toEqual([500, 'failed']);
      for (const name of ['x-a', 'etag', 'x-accel-buffering']) expect(answer.headers.has(name)).toBe(false);
      if (path.includes('stream')) expect(opened.at(-1)?.destroyed).toBe(true);
    },
  );

  it('a stream delivers each chunk when it is produced', async () => {
    const answer = await fetchPath('/stream');
    const reader = answer.body?.getReader();
    const next = async () => Buffer.from((await reader?.read())?.value ?? '').toString();
    const source = opened.at(-1);

    expect(await next()).toBe('data: 1\n\n');
    source?.push('data: 2\n\n');
    expect(await next()).toBe('data: 2\n\n');
    source?.push(null);
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
    await expect.poll(() => [source?.closed, server.streams.size]).toEqual([true, 0]);
  });

  it('a stream closes when its reader cancels', async () => {
    const answer = await fetchPath('/stream');
    await answer.body?.cancel();

    await expect.poll(() => [opened.at(-1)?.closed, server.streams.size]).toEqual([true, 0]);
  });

  it('a stream with a failing source fails the body', async () => {
    const answer = await fetchPath('/stream');
    opened.at(-1)?.destroy(new Error('no more'));

    expect(await readFailure(answer.text())).toEqual({
      name: 'TypeError',
      message: 'terminated',
      code: 'UND_ERR_SOCKET',
    });
  });

  it('a dropped stream is destroyed', async () => {
    expect((await readFailure(fetchPath('/stream/dropped'))).message).toBe('fetch failed');
    expect(opened.at(-1)?.destroyed).toBe(true);
  });

  it('a slow body ends when its reader cancels', async () => {
    const answer = await fetchPath('/slow');
    expect(server.streams.size).toBe(1);
    await answer.body?.cancel();

    await expect.poll(() => server.streams.size).toBe(0);
  });

  it('stopping the server completes slow bodies and closes streams', async () => {
    const stopping = await answeringServer(answers());
    const [slow, stream] = [await selectFetch(stopping)('/slow'), await selectFetch(stopping)('/stream')];
    const texts = Promise.all([slow.text(), stream.text()]);
    await pause(50);
    const start = performance.now();
    await stopping.close();

    // A slow body takes three seconds.
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    expect(await texts).toEqual([TEXT, 'data: 1\n\n']);
    expect([opened.at(-1)?.closed, stopping.streams.size]).toEqual([true, 0]);
  });

  it('a stream that starts while the server stops sends its headers and ends', async () => {
    const stopping = await answeringServer(answers());
    const asking = selectFetch(stopping)('/stream/late');
    await pause(50);
    const closing = stopping.close();
    const answer = await asking;

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(answer.headers.get('content-length')).toBeNull();
    expect(await answer.text()).toBe('');
    await closing;
    await expect.poll(() => [opened.at(-1)?.closed, stopping.streams.size]).toEqual([true, 0]);
  });
});

it.each(DOORS)(
  'the world of a response is held until its body was sent or has failed, %s',
  async (_door, selectFetch) => {
    const holding = await answeringServer(answers());
    const fetchPath = selectFetch(holding);
    const stream = await fetchPath('/stream');
    expect(holding.held()).toBe(1);
    for (const path of [
      '/usual',
      '/none/slow',
      '/list',
      '/replaced',
      '/replaced/stream',
      '/failing',
      '/failing/stream',
    ])
      await (await fetchPath(path)).text();
    for (const path of ['/before', '/headers', '/stream/dropped']) await fetchPath(path).catch(() => {});
    await (await fetchPath('/stream', { method: 'HEAD' })).text();

    await expect.poll(() => [holding.held(), holding.streams.size]).toEqual([1, 1]);
    await stream.body?.cancel();
    await expect.poll(() => [holding.held(), holding.streams.size]).toEqual([0, 0]);
  },
);

/** Each test takes three seconds, so they run concurrently. */
describe.concurrent('a slow body', () => {
  it.each(DOORS)('arrives completely, with its headers at once, %s', async (_door, selectFetch) => {
    const fetchPath = selectFetch(server);
    const start = performance.now();
    const slow = await fetchPath('/slow');
    const headersAt = performance.now() - start;
    const pieces: Uint8Array[] = [];
    for await (const piece of slow.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);

    expect(performance.now() - start).toBeGreaterThan(2900);
    expect(headersAt).toBeLessThan(2900);
    expect(pieces.length).toBeGreaterThan(10);
    expect(Buffer.concat(pieces).toString()).toBe(TEXT);
    const [first, second] = [slow, await fetchPath('/usual')].map(({ headers }) => new Map(headers));
    for (const headers of [first, second]) headers?.delete('date');
    expect(first?.get('x-mock-fault')).toBe('f-1');
    first?.delete('x-mock-fault');
    expect(first).toEqual(second);
  });

  it('delays the next response on its connection and keeps the connection open', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([buildRequest('/slow'), buildRequest('/usual')]));

    expect([(await line.reply())?.text, (await line.reply())?.text]).toEqual([TEXT, TEXT]);
    line.send(buildRequest('/usual'));
    expect((await line.reply())?.status).toBe(200);
  });
});

describe('on the wire', () => {
  it('a drop before the headers sends no byte', async () => {
    const line = await openLine(port);
    line.send(buildRequest('/before'));

    expect(await line.closed()).toBe('');
  });

  it('a drop in the headers sends half of them', async () => {
    const line = await openLine(port);
    line.send(buildRequest('/headers'));
    const bytes = await line.closed();

    expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(bytes).not.toContain('\r\n\r\n');
  });

  it.each(['/before', '/headers', '/body'])(
    'earlier responses on the connection arrive before a drop: %s',
    async (path) => {
      const line = await openLine(port);
      line.send(
        Buffer.concat([buildRequest('/late'), buildRequest('/usual'), buildRequest(path), buildRequest('/usual')]),
      );

      expect([(await line.reply())?.text, (await line.reply())?.text]).toEqual([TEXT, TEXT]);
      expect(await line.closed()).not.toContain(TEXT);
    },
  );

  it('a queued stream closes with its connection', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([buildRequest('/stream'), buildRequest('/stream')]));
    await line.reply({ toHead: true });
    expect(server.streams.size).toBe(1);
    line.drop();

    await expect
      .poll(() => [server.streams.size, opened.slice(-2).map(({ closed }) => closed)])
      .toEqual([0, [true, true]]);
  });
});
