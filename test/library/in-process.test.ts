/** `fetch` without a socket, where it is left early: what its caller sees, and what the server does. */
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { startMock } from '../../src/index.ts';
import { answeringServer } from '../support/answering.ts';

const opened: Readable[] = [];
let asked = 0;
/** Calls back when the test wants an answer. */
const waiting: (() => void)[] = [];
const server = await answeringServer({
  '/counted': () => {
    asked += 1;
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
  ['over a socket, to compare', overSocket],
])('a request that its caller aborts, %s', (_name, ask) => {
  const reason = new Error('enough');

  it('before it was sent is not made', async () => {
    const before = asked;

    await expect(ask('/counted', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(ask('/counted', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toBe(before);
  });

  it.each([
    ['GET', undefined],
    ['POST', 'a body that was sent'],
  ])('while it waits is given up with the reason, and the server notices: %s', async (method, body) => {
    const controller = new AbortController();
    const answer = ask('/waiting', { method, signal: controller.signal, ...(body !== undefined && { body }) });
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    controller.abort(reason);

    await expect(answer).rejects.toBe(reason);
    await pause(50);
    waiting.shift()?.();
    await vi.waitFor(() => expect(opened.at(-1)?.closed).toBe(true));
    expect(server.streams.size).toBe(0);
  });

  it.each(['/stream', '/slow'])('while its body arrives is given up with the reason: %s', async (path) => {
    const controller = new AbortController();
    const answer = await ask(path, { signal: controller.signal });
    const text = answer.text();
    controller.abort(reason);

    await expect(text).rejects.toBe(reason);
    await vi.waitFor(() => expect(server.streams.size).toBe(0));
  });

  it('after it was answered stays as it is', async () => {
    const controller = new AbortController();
    const answer = await ask('/counted', { signal: controller.signal });
    const text = await answer.text();
    controller.abort(reason);

    expect(text).toBe('done');
  });

  it('in time is given up by `AbortSignal.timeout`, too', async () => {
    await expect(ask('/waiting', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' });
    for (const answer of waiting.splice(0)) answer();
  });

  it('is made only as fast as its body is read', async () => {
    const answer = await ask('/large');
    await pause(100);
    expect(opened.at(-1)?.readableEnded).toBe(false);
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect(bytes).toHaveLength(10_000_000);
    expect([bytes[0], bytes[5_000_000], bytes.at(-1)]).toEqual([0, 50, 99]);
  });

  it('is read into memory that its reader brings', async () => {
    const answer = await ask('/stream');
    const reader = answer.body?.getReader({ mode: 'byob' });
    const first = await reader?.read(new Uint8Array(2));
    const second = await reader?.read(new Uint8Array(8));
    opened.at(-1)?.push(null);

    expect([first, second].map((one) => Buffer.from(one?.value ?? []).toString())).toEqual(['on', 'e']);
    expect((await reader?.read(new Uint8Array(8)))?.done).toBe(true);
  });
});

describe('the events of a world', () => {
  const decoded = async (reader: ReadableStreamDefaultReader<Uint8Array> | undefined) =>
    Buffer.from((await reader?.read())?.value ?? []).toString();

  it('are streamed in process, those of this world only, and end with it', async () => {
    await using mock = await startMock({ listen: false });
    const [one, other] = [await mock.world(), await mock.world()];
    const [ofOne, ofOther] = await Promise.all([one, other].map((world) => world.fetch('/_mock/events')));
    const reader = ofOne?.body?.getReader();
    expect(await decoded(reader)).toContain('this is the beginning');
    await one.fetch('/api/v1/access-keys');

    expect(await decoded(reader)).toContain('"reason":"no_token"');
    const rest = ofOther?.text();
    await other.stop();
    expect(await rest).not.toContain('no_token');
    await reader?.cancel();
  });

  it('end when the mock stops, which they do not hold up', async () => {
    const mock = await startMock();
    const streams = [await mock.fetch('/_mock/events'), await fetch(`${mock.url}/_mock/events`)];
    const texts = Promise.all(streams.map((stream) => stream.text()));
    const start = performance.now();
    await mock.stop();

    expect(performance.now() - start).toBeLessThan(1500);
    expect(await texts).toEqual([expect.any(String), expect.any(String)]);
  });
});
