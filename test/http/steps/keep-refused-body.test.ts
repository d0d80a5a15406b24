import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { keepRefusedBody } from '../../../src/http/steps/refuse.ts';
import { createLimits } from '../../../src/http/transport/limits.ts';
import { MAX_BODY_LENGTH } from '../../../src/journal/entry.ts';
import { readStopwatch } from '../../../src/lib/clock.ts';
import { toyRequest } from './toy-request.ts';

const MAX_BYTES = 2 * MAX_BODY_LENGTH;
/** Far away: a body that is waited for until then makes its test fail. */
const LATER_MS = 600_000;

interface Sending {
  readonly raw?: IncomingMessage;
  readonly length?: number;
  readonly maxBytes?: number;
  readonly startedAt?: number;
}

/** A refused request whose body is still arriving. `kept` is its body in the journal. */
function startSending({
  raw = new IncomingMessage(new Socket()),
  length,
  maxBytes = MAX_BYTES,
  startedAt = readStopwatch() + LATER_MS,
}: Sending = {}) {
  const framing = length === undefined ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(length)];
  Object.assign(raw, { method: 'POST', url: '/toys', httpVersion: '1.1', rawHeaders: framing });
  const request = toyRequest({
    server: { limits: createLimits({ bodyBytes: maxBytes }) },
    route: { readsBody: true },
    request: { startedAt },
  });
  Object.assign(request, { raw });
  const kept = keepRefusedBody(request).then(() => request.notes.sent);
  return { raw, kept };
}

describe('the body of a refused request', () => {
  it.each([1, MAX_BODY_LENGTH, MAX_BODY_LENGTH + 1, MAX_BYTES])('is kept up to the limit: %i bytes', async (size) => {
    const { raw, kept } = startSending();
    raw.push('x'.repeat(size));
    raw.push(null);

    const { bytes, ...facts } = await kept;
    expect(facts).toEqual({ size, isCut: size > MAX_BODY_LENGTH });
    expect(bytes).toHaveLength(Math.min(size, MAX_BODY_LENGTH));
  });

  it('is kept in pieces', async () => {
    const { raw, kept } = startSending();
    const half = MAX_BODY_LENGTH / 2;
    for (const letter of ['a', 'b', 'c']) raw.push(letter.repeat(half));
    raw.push(null);

    expect(await kept).toEqual({
      bytes: Buffer.from(`${'a'.repeat(half)}${'b'.repeat(half)}`),
      size: 3 * half,
      isCut: true,
    });
  });

  it('is cut once it is too large, without waiting for its end', async () => {
    const { raw, kept } = startSending({ length: MAX_BYTES + 5 });
    raw.push('x'.repeat(MAX_BYTES + 1));

    expect(await kept).toMatchObject({ size: MAX_BYTES + 5, isCut: true });
  });

  it.each([
    [10, false],
    [11, true],
  ])('is cut if it has more than 10 bytes: %i', async (size, isCut) => {
    const { raw, kept } = startSending({ maxBytes: 10 });
    raw.push('x'.repeat(size));
    if (!isCut) raw.push(null);

    expect(await kept).toEqual({ bytes: Buffer.alloc(size, 'x'), size, isCut });
  });

  it.each(['before it is read', 'while it is read'])(
    'is cut if the client closes the connection %s',
    async (moment) => {
      const { raw, kept } = startSending({ length: 5 });
      if (moment === 'while it is read') {
        raw.push('abc');
        await new Promise((resolve) => raw.once('data', resolve));
      }
      raw.destroy();

      expect(await kept).toMatchObject({
        bytes: Buffer.from(moment === 'while it is read' ? 'abc' : ''),
        size: 5,
        isCut: true,
      });
    },
  );

  it('is cut if the connection was closed before', async () => {
    const raw = new IncomingMessage(new Socket());
    raw.destroy();
    await new Promise((resolve) => raw.once('close', resolve));

    expect(await startSending({ raw, length: 5 }).kept).toEqual({ bytes: Buffer.alloc(0), size: 5, isCut: true });
  });

  it('is not waited for if the request took long already', async () => {
    const { raw, kept } = startSending({ length: 5, startedAt: readStopwatch() - LATER_MS });
    raw.push('abc');

    expect(await kept).toEqual({ bytes: Buffer.from('abc'), size: 5, isCut: true });
  });

  it('is not kept if the operation reads none', async () => {
    const request = toyRequest({ raw: { method: 'GET', headers: [['content-length', '2']], body: '{}' } });
    await keepRefusedBody(request);

    expect(request.notes.sent.bytes).toBeNull();
  });

  it('is empty if none is announced', async () => {
    const request = toyRequest({ route: { readsBody: true }, raw: { method: 'POST' } });
    await keepRefusedBody(request);

    expect(request.notes.sent).toEqual({ bytes: Buffer.alloc(0), size: 0 });
  });
});
