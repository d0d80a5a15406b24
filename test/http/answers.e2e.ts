/** Answers that break, that take their time, and that are made while they are read, over sockets and in process. */
import { get } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { StreamedList } from '../../src/responses/streamed-list.ts';
import { type AnsweringServer, answeringServer, type Fetch, type Wanted } from '../support/answering.ts';
import { openLine, requestBytes } from '../support/wire.ts';
import { faultThat, toyRequest } from './steps/toy-request.ts';

const BODY = { items: Array.from({ length: 50 }, (_, index) => ({ index, name: 'ä' })) };
const TEXT = JSON.stringify(BODY);
const HALF = Buffer.from(TEXT)
  .subarray(0, Math.floor(Buffer.byteLength(TEXT) / 2))
  .toString();
const usual: Wanted = { outcome: { status: 200, body: BODY } };
const none: Wanted = { outcome: { status: 204 } };
/** A body, but not one byte of it. */
const empty: Wanted = { outcome: { status: 200, body: Buffer.alloc(0) } };

const opened: Readable[] = [];
/** A stream that says one thing, and goes on when the test does. */
const opening = (first = 'data: 1\n\n') => {
  const source = new Readable({ read: () => {} });
  source.push(first);
  opened.push(source);
  return source;
};
const streaming = (body: Readable): Wanted => ({ outcome: { status: 200, body } });
const aroundItems = (items: readonly unknown[]) => ({ items });
/** An answer of an operation, which a fault replaces. */
const replaced = (outcome: Wanted['outcome'], given: object = { body: { name: 'ä' } }): Wanted => {
  const answer = { status: 203, headers: { 'x-a': 'of the fault' }, ...given };
  const inject = async () => faultThat({ answer });
  return { outcome, isOfOperation: true, world: { faults: { isEmpty: false, inject } } };
};
/** An answer that cannot be recorded. */
const failing = (outcome: Wanted['outcome']): Wanted => {
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
  '/stream': () => streaming(opening()),
  '/stream/late': async () => {
    await pause(100);
    return streaming(opening());
  },
  '/stream/dropped': () => ({ ...streaming(opening()), action: { drop: 'body' } as const }),
  '/list': () => ({ outcome: { status: 200, body: new StreamedList(BODY.items, (item) => item, aroundItems) } }),
  '/typed': () => ({ outcome: { status: 200, body: Buffer.from('abc'), headers: { 'content-type': 'foo' } } }),
  '/replaced': () => replaced({ status: 200, body: BODY, headers: { 'x-a': 'of the operation', etag: '1' } }),
  '/replaced/nothing': () => replaced({ status: 200, body: BODY }, {}),
  '/replaced/stream': () => replaced({ status: 200, body: opening() }),
  '/unsendable': () => ({ outcome: { status: 200, body: BODY, headers: { 'x-a': '\u0001', etag: '1' } } }),
  '/unsendable/stream': () => ({ outcome: { status: 200, body: opening(), headers: { 'x-a': '\u0001', etag: '1' } } }),
  '/failing': () => failing({ status: 200, body: BODY }),
  '/failing/stream': () => failing({ status: 200, body: opening() }),
});
const server = await answeringServer(answers());
const { port } = server;

const DOORS: readonly (readonly [string, (of: AnsweringServer) => Fetch])[] = [
  ['over a socket', ({ overSocket }) => overSocket],
  ['in process', ({ inProcess }) => inProcess],
];

/** How an answer fails to arrive, as a program sees it. */
const failureOf = async (promise: Promise<unknown>) => {
  const thrown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  const { name, message, cause } = thrown as Error & { cause?: { code?: string } };
  return { name, message, code: cause?.code };
};

const received = (path: string, method = 'GET') => requestBytes(`${method} ${path}`, ['Host: localhost']);

/** What Node's own client says: what arrived of the body, and the error. */
const nodeGet = (path: string) =>
  new Promise<{ status: number | undefined; text: string; code: string | undefined }>((resolve) => {
    let text = '';
    let status: number | undefined;
    const failed = ({ code }: NodeJS.ErrnoException) => resolve({ status, text, code });
    get({ port, path, agent: false }, (response) => {
      status = response.statusCode;
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status, text, code: undefined })).on('error', failed);
    }).on('error', failed);
  });

describe.each(DOORS)('%s', (_door, of) => {
  const ask = of(server);

  it.each(['/before', '/headers', '/none/body', '/empty/body'])(
    'an answer that breaks before its headers are whole is none: %s',
    async (path) => {
      const { name, message, code } = await failureOf(ask(path));

      expect([name, message]).toEqual(['TypeError', 'fetch failed']);
      expect(['ECONNRESET', 'UND_ERR_SOCKET']).toContain(code);
    },
  );

  it('an answer that breaks in its body begins, and is never whole', async () => {
    const answer = await ask('/body');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(TEXT));

    const got: string[] = [];
    const reading = (async () => {
      for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>)
        got.push(Buffer.from(part).toString());
    })();

    expect(await failureOf(reading)).toEqual({ name: 'TypeError', message: 'terminated', code: 'UND_ERR_SOCKET' });
    expect(got.join('')).toBe(HALF);
  });

  it.each([
    ['/none/slow', 204],
    ['/unchanged/slow', 304],
    ['/empty/slow', 200],
  ])('what has no body is not slow: %s', async (path, status) => {
    const answer = await ask(path);

    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('HEAD has no body to be slow, or to be made while it is read', async () => {
    const [slow, stream] = [await ask('/slow', { method: 'HEAD' }), await ask('/stream', { method: 'HEAD' })];

    expect([slow.status, slow.headers.get('content-length')]).toEqual([200, String(Buffer.byteLength(TEXT))]);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect([await slow.text(), await stream.text()]).toEqual(['', '']);
    expect(opened.at(-1)?.destroyed).toBe(true);
    expect((await failureOf(ask('/body', { method: 'HEAD' }))).message).toBe('fetch failed');
  });

  it.each([
    ['/spoiled/empty', ''],
    ['/spoiled/truncated', HALF],
    ['/spoiled/garbage', expect.not.stringContaining('items')],
  ])('a body that a fault spoils arrives, and its headers say so: %s', async (path, text) => {
    const answer = await ask(path);
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect(bytes.toString()).toEqual(text);
    expect([answer.status, answer.headers.get('x-mock-fault')]).toEqual([200, 'f-1']);
    expect(Number(answer.headers.get('content-length'))).toBe(bytes.length);
  });

  it('bytes have the type that they are said to have, also if it cannot be one', async () => {
    const answer = await ask('/typed');

    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['foo', 'abc']);
  });

  it('a list that is made while it is read is the same JSON', async () => {
    const [list, whole] = [await ask('/list'), await ask('/usual')];

    expect(await list.text()).toBe(TEXT);
    expect(list.headers.get('content-type')).toBe(whole.headers.get('content-type'));
    expect(list.headers.get('content-length')).toBeNull();
  });

  it.each(['/replaced', '/replaced/stream'])(
    'an answer that a fault replaces has nothing of the one before it: %s',
    async (path) => {
      const answer = await ask(path);

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

  it('an answer that a fault replaces with one without a body has none', async () => {
    const answer = await ask('/replaced/nothing');

    expect([answer.status, await answer.text()]).toEqual([203, '']);
    expect([answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual(['0', null]);
  });

  it.each(['/failing', '/failing/stream', '/unsendable', '/unsendable/stream'])(
    'an answer that cannot be recorded, or has headers that none may have, is not sent: %s',
    async (path) => {
      const answer = await ask(path);

      expect([answer.status, await answer.text()]).toEqual([500, 'failed']);
      for (const name of ['x-a', 'etag', 'x-accel-buffering']) expect(answer.headers.has(name)).toBe(false);
      if (path.includes('stream')) expect(opened.at(-1)?.destroyed).toBe(true);
    },
  );

  it('a stream is read as it is made, to its end', async () => {
    const answer = await ask('/stream');
    const reader = answer.body?.getReader();
    const next = async () => Buffer.from((await reader?.read())?.value ?? '').toString();
    const source = opened.at(-1);

    expect(await next()).toBe('data: 1\n\n');
    source?.push('data: 2\n\n');
    expect(await next()).toBe('data: 2\n\n');
    source?.push(null);
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
    await vi.waitFor(() => expect([source?.closed, server.streams.size]).toEqual([true, 0]));
  });

  it('a stream ends with its reader', async () => {
    const answer = await ask('/stream');
    await answer.body?.cancel();

    await vi.waitFor(() => expect([opened.at(-1)?.closed, server.streams.size]).toEqual([true, 0]));
  });

  it('a stream whose source fails breaks off, so that nobody takes it for whole', async () => {
    const answer = await ask('/stream');
    opened.at(-1)?.destroy(new Error('no more'));

    expect(await failureOf(answer.text())).toEqual({
      name: 'TypeError',
      message: 'terminated',
      code: 'UND_ERR_SOCKET',
    });
  });

  it('a stream that is dropped leaves nothing behind', async () => {
    expect((await failureOf(ask('/stream/dropped'))).message).toBe('fetch failed');
    expect(opened.at(-1)?.destroyed).toBe(true);
  });

  it('a slow body ends with its reader', async () => {
    const answer = await ask('/slow');
    expect(server.streams.size).toBe(1);
    await answer.body?.cancel();

    await vi.waitFor(() => expect(server.streams.size).toBe(0));
  });

  it('when the server stops, slow bodies are sent to their end, and streams are closed', async () => {
    const stopping = await answeringServer(answers());
    const [slow, stream] = [await of(stopping)('/slow'), await of(stopping)('/stream')];
    const texts = Promise.all([slow.text(), stream.text()]);
    await pause(50);
    const start = performance.now();
    await stopping.close();

    expect(performance.now() - start).toBeLessThan(1000);
    expect(await texts).toEqual([TEXT, 'data: 1\n\n']);
    expect([opened.at(-1)?.closed, stopping.streams.size]).toEqual([true, 0]);
  });

  it('a stream that begins while the server stops has its headers, and ends', async () => {
    const stopping = await answeringServer(answers());
    const asking = of(stopping)('/stream/late');
    await pause(50);
    const closing = stopping.close();
    const answer = await asking;

    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(answer.headers.get('content-length')).toBeNull();
    expect(await answer.text()).toBe('');
    await closing;
    await vi.waitFor(() => expect([opened.at(-1)?.closed, stopping.streams.size]).toEqual([true, 0]));
  });
});

it.each(DOORS)('the world of an answer is held until its body was sent, or cannot be, %s', async (_door, of) => {
  const holding = await answeringServer(answers());
  const ask = of(holding);
  const stream = await ask('/stream');
  expect(holding.held()).toBe(1);
  for (const path of ['/usual', '/none/slow', '/list', '/replaced', '/replaced/stream', '/failing', '/failing/stream'])
    await (await ask(path)).text();
  for (const path of ['/before', '/headers', '/stream/dropped']) await ask(path).catch(() => {});
  await (await ask('/stream', { method: 'HEAD' })).text();

  await vi.waitFor(() => expect([holding.held(), holding.streams.size]).toEqual([1, 1]));
  await stream.body?.cancel();
  await vi.waitFor(() => expect([holding.held(), holding.streams.size]).toEqual([0, 0]));
});

/** They take three seconds, all at once. */
describe.concurrent('a slow body', () => {
  it.each(DOORS)('is all there in the end, and its headers are there at once, %s', async (_door, of) => {
    const ask = of(server);
    const start = performance.now();
    const slow = await ask('/slow');
    const headersAt = performance.now() - start;
    const pieces: Uint8Array[] = [];
    for await (const piece of slow.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);

    expect(performance.now() - start).toBeGreaterThan(2900);
    expect(headersAt).toBeLessThan(2900);
    expect(pieces.length).toBeGreaterThan(10);
    expect(Buffer.concat(pieces).toString()).toBe(TEXT);
    const [one, other] = [slow, await ask('/usual')].map(({ headers }) => new Map(headers));
    for (const headers of [one, other]) headers?.delete('date');
    expect(one?.get('x-mock-fault')).toBe('f-1');
    one?.delete('x-mock-fault');
    expect(one).toEqual(other);
  });

  it('holds up the next answer on its connection, and the connection goes on', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([received('/slow'), received('/usual')]));

    expect([(await line.reply())?.text, (await line.reply())?.text]).toEqual([TEXT, TEXT]);
    line.send(received('/usual'));
    expect((await line.reply())?.status).toBe(200);
  });
});

describe('byte by byte', () => {
  it('before: not one', async () => {
    const line = await openLine(port);
    line.send(received('/before'));

    expect(await line.closed()).toBe('');
  });

  it('in the headers: half of them', async () => {
    const line = await openLine(port);
    line.send(received('/headers'));
    const bytes = await line.closed();

    expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(bytes).not.toContain('\r\n\r\n');
  });

  it('in the body: half of it, where the headers promise all', async () => {
    const line = await openLine(port);
    line.send(received('/body'));
    const [head = '', body = ''] = (await line.closed()).split('\r\n\r\n');

    expect(head).toContain(`content-length: ${Buffer.byteLength(TEXT)}`);
    expect(body.length).toBe(Math.floor(Buffer.byteLength(TEXT) / 2));
  });

  it.each([
    ['/before', { status: undefined, code: 'ECONNRESET', text: '' }],
    ['/headers', { status: undefined, code: 'ECONNRESET', text: '' }],
    ['/body', { status: 200, code: 'ECONNRESET', text: expect.stringMatching(/^\{"items".+/) }],
  ])("Node's own client sees an error: %s", async (path, seen) => {
    expect(await nodeGet(path)).toEqual(seen);
  });

  it.each(['/before', '/headers', '/body'])('on a connection that was used before: %s', async (path) => {
    const line = await openLine(port);
    line.send(received('/usual'));
    expect((await line.reply())?.text).toBe(TEXT);
    line.send(received(path));

    expect(await line.closed()).not.toContain(TEXT);
  });

  it.each(['/before', '/headers', '/body'])('earlier answers on the connection arrive first: %s', async (path) => {
    const line = await openLine(port);
    line.send(Buffer.concat([received('/late'), received('/usual'), received(path), received('/usual')]));

    expect([(await line.reply())?.text, (await line.reply())?.text]).toEqual([TEXT, TEXT]);
    expect(await line.closed()).not.toContain(TEXT);
  });

  it('a stream that waits for another on its connection ends with the connection', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([received('/stream'), received('/stream')]));
    await line.reply({ toHead: true });
    expect(server.streams.size).toBe(1);
    line.drop();

    await vi.waitFor(() =>
      expect([server.streams.size, opened.slice(-2).map(({ closed }) => closed)]).toEqual([0, [true, true]]),
    );
  });
});
