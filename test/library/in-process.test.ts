/** Aborted requests of `fetch` in process, for the caller and for the server. */
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering.ts';

const opened: Readable[] = [];
let countedRequests = 0;
/** Resolves the pending responses of `/waiting`. */
const waiting: (() => void)[] = [];
const server = await answeringServer({
  '/counted': () => {
    countedRequests += 1;
    return { outcome: { status: 200, body: Buffer.from('done') } };
  },
  '/waiting': async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    const stream = new Readable({ read: () => {} });
    opened.push(stream);
    return { outcome: { status: 200, body: stream } };
  },
  '/stream': () => {
    const stream = new Readable({ read: () => {} });
    stream.push('one');
    opened.push(stream);
    return { outcome: { status: 200, body: stream } };
  },
  '/slow': () => ({ outcome: { status: 200, body: Buffer.alloc(1000, 'x') }, action: { body: 'slow' } }),
  '/large': () => {
    const stream = Readable.from(Array.from({ length: 100 }, (_, index) => Buffer.alloc(100_000, index)));
    opened.push(stream);
    return { outcome: { status: 200, body: stream } };
  },
});
const { inProcess, overSocket } = server;

describe.each([
  ['in process', inProcess],
  ['over a socket', overSocket],
])('a request of `fetch` %s', (_name, send) => {
  const reason = new Error('enough');

  it('is not sent if its signal is already aborted', async () => {
    const before = countedRequests;

    await expect(send('/counted', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(send('/counted', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(countedRequests).toBe(before);
  });

  it.each([
    ['GET', undefined],
    ['POST', 'a body that was sent'],
  ])(
    'rejects with the reason when it is aborted before the response, and the server notices: %s',
    async (method, body) => {
      const controller = new AbortController();
      const answer = send('/waiting', { method, signal: controller.signal, ...(body !== undefined && { body }) });
      await expect.poll(() => waiting).toHaveLength(1);
      controller.abort(reason);

      await expect(answer).rejects.toBe(reason);
      await pause(50);
      waiting.shift()?.();
      await expect.poll(() => opened.at(-1)?.closed).toBe(true);
      expect(server.streams.size).toBe(0);
    },
  );

  it('rejects with the reason when it is aborted before its own body ends, and with the error of a failed body', async () => {
    const sendBody = (start: (body: ReadableStreamDefaultController) => void, init: RequestInit = {}) =>
      send('/counted', { method: 'POST', duplex: 'half', body: new ReadableStream({ start }), ...init } as RequestInit);
    const controller = new AbortController();
    const answer = sendBody((body) => body.enqueue(new Uint8Array(2)), { signal: controller.signal });
    controller.abort(reason);

    await expect(answer).rejects.toBe(reason);
    await expect(sendBody((body) => body.error(reason))).rejects.toMatchObject({
      message: 'fetch failed',
      cause: reason,
    });
  });

  it.each(['/stream', '/slow'])('rejects with the reason when it is aborted during the body: %s', async (path) => {
    const controller = new AbortController();
    const answer = await send(path, { signal: controller.signal });
    const text = answer.text();
    controller.abort(reason);

    await expect(text).rejects.toBe(reason);
    await expect.poll(() => server.streams.size).toBe(0);
  });

  it('keeps its body when it is aborted after the response', async () => {
    const controller = new AbortController();
    const answer = await send('/counted', { signal: controller.signal });
    const text = await answer.text();
    controller.abort(reason);

    expect(text).toBe('done');
  });

  it('rejects with `TimeoutError` after `AbortSignal.timeout`', async () => {
    await expect(send('/waiting', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' });
    for (const answer of waiting.splice(0)) answer();
  });

  it('applies backpressure: the body is produced only as fast as it is read', async () => {
    const answer = await send('/large');
    await pause(100);
    expect(opened.at(-1)?.readableEnded).toBe(false);
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect(bytes).toHaveLength(10_000_000);
    expect([bytes[0], bytes[5_000_000], bytes.at(-1)]).toEqual([0, 50, 99]);
  });

  it('can be read into a buffer of the reader (`byob`)', async () => {
    const answer = await send('/stream');
    const reader = answer.body?.getReader({ mode: 'byob' });
    const first = await reader?.read(new Uint8Array(2));
    const second = await reader?.read(new Uint8Array(8));
    opened.at(-1)?.push(null);

    expect([first, second].map((chunk) => Buffer.from(chunk?.value ?? []).toString())).toEqual(['on', 'e']);
    expect((await reader?.read(new Uint8Array(8)))?.done).toBe(true);
  });
});
