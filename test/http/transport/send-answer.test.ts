/** Answers that break, that take their time, and that are made while they are read, over sockets and in process. */
import { get } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { WireAnswer } from '../../../src/http/answer.ts';
import { type AnsweringServer, answeringServer, type Fetch } from '../../support/answering.ts';
import { openLine, requestBytes } from '../../support/wire.ts';

const HEADERS = { 'content-type': 'application/json' };
const TEXT = JSON.stringify({ items: Array.from({ length: 50 }, (_, index) => ({ index, name: 'ä' })) });
const usual: WireAnswer = { status: 200, headers: HEADERS, payload: TEXT };

const opened: Readable[] = [];
/** A stream that says one thing, and goes on when the test does. */
const opening = (first = 'data: 1\n\n') => {
  const source = new Readable({ read: () => {} });
  source.push(first);
  opened.push(source);
  return source;
};
const streaming = (stream: Readable): WireAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  payload: undefined,
  stream,
});
const answers = () => ({
  '/usual': () => usual,
  '/before': () => ({ ...usual, delivery: { drop: 'before' } as const }),
  '/headers': () => ({ ...usual, delivery: { drop: 'headers' } as const }),
  '/body': () => ({ ...usual, delivery: { drop: 'body' } as const }),
  '/none/body': () => ({ status: 204, headers: {}, payload: undefined, delivery: { drop: 'body' } as const }),
  '/empty/body': () => ({ ...usual, payload: '', delivery: { drop: 'body' } as const }),
  '/slow': () => ({ ...usual, delivery: { slow: 300 } }),
  '/slower': () => ({ ...usual, delivery: { slow: 60_000 } }),
  '/none/slow': () => ({ status: 204, headers: {}, payload: undefined, delivery: { slow: 60_000 } }),
  '/unchanged/slow': () => ({ status: 304, headers: {}, payload: undefined, delivery: { slow: 60_000 } }),
  '/empty/slow': () => ({ ...usual, payload: '', delivery: { slow: 60_000 } }),
  '/stream': () => streaming(opening()),
  '/stream/dropped': () => ({ ...streaming(opening()), delivery: { drop: 'body' } as const }),
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
    expect(got.join('')).toBe(
      Buffer.from(TEXT)
        .subarray(0, Math.floor(Buffer.byteLength(TEXT) / 2))
        .toString(),
    );
  });

  it('a slow body is all there in the end, and its headers are there at once', async () => {
    const start = performance.now();
    const slow = await ask('/slow');
    const headersAt = performance.now() - start;
    const pieces: Uint8Array[] = [];
    for await (const piece of slow.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);

    expect(performance.now() - start).toBeGreaterThan(290);
    expect(headersAt).toBeLessThan(290);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString()).toBe(TEXT);
    const [one, other] = [slow, await ask('/usual')].map(({ headers }) => new Map(headers));
    for (const headers of [one, other]) headers?.delete('date');
    expect(one).toEqual(other);
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
    const [slow, stream] = [await ask('/slower', { method: 'HEAD' }), await ask('/stream', { method: 'HEAD' })];

    expect([slow.status, slow.headers.get('content-length')]).toEqual([200, String(Buffer.byteLength(TEXT))]);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect([await slow.text(), await stream.text()]).toEqual(['', '']);
    expect(opened.at(-1)?.destroyed).toBe(true);
    expect((await failureOf(ask('/body', { method: 'HEAD' }))).message).toBe('fetch failed');
  });

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
    await vi.waitFor(() => expect([source?.closed, server.outgoing.size]).toEqual([true, 0]));
  });

  it('a stream ends with its reader', async () => {
    const answer = await ask('/stream');
    await answer.body?.cancel();

    await vi.waitFor(() => expect([opened.at(-1)?.closed, server.outgoing.size]).toEqual([true, 0]));
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
    const answer = await ask('/slower');
    expect(server.outgoing.size).toBe(1);
    await answer.body?.cancel();

    await vi.waitFor(() => expect(server.outgoing.size).toBe(0));
  });

  it('when the server stops, slow bodies are sent to their end, and streams are closed', async () => {
    const stopping = await answeringServer(answers());
    const [slow, stream] = [await of(stopping)('/slower'), await of(stopping)('/stream')];
    const texts = Promise.all([slow.text(), stream.text()]);
    await pause(50);
    const start = performance.now();
    await stopping.close();

    expect(performance.now() - start).toBeLessThan(1000);
    expect(await texts).toEqual([TEXT, 'data: 1\n\n']);
    expect([opened.at(-1)?.closed, stopping.outgoing.size]).toEqual([true, 0]);
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
    line.send(Buffer.concat([received('/slow'), received('/usual'), received(path), received('/usual')]));

    expect([(await line.reply())?.text, (await line.reply())?.text]).toEqual([TEXT, TEXT]);
    expect(await line.closed()).not.toContain(TEXT);
  });

  it('a slow answer holds up the next on its connection, and the connection goes on', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([received('/slow'), received('/usual')]));

    expect([(await line.reply())?.text, (await line.reply())?.text]).toEqual([TEXT, TEXT]);
    line.send(received('/usual'));
    expect((await line.reply())?.status).toBe(200);
  });

  it('a stream that waits for another on its connection ends with the connection', async () => {
    const line = await openLine(port);
    line.send(Buffer.concat([received('/stream'), received('/stream')]));
    await vi.waitFor(() => expect(server.outgoing.size).toBe(2));
    line.drop();

    await vi.waitFor(() =>
      expect([server.outgoing.size, opened.slice(-2).map(({ closed }) => closed)]).toEqual([0, [true, true]]),
    );
  });
});
