import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SlowBody } from '../../../src/http/transport/slow-body.ts';

/** Reads a body to its end, and returns its pieces and the duration in milliseconds. */
async function readPieces(body: SlowBody) {
  const start = performance.now();
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return { pieces: pieces.map(String), took: performance.now() - start };
}

it('a slow body is delivered in pieces over its duration', async () => {
  const body = new SlowBody(Buffer.from('abcdefghij'), 300);
  const { pieces, took } = await readPieces(body);

  expect(pieces).toEqual(['abcd', 'efgh', 'ij']);
  expect(took).toBeGreaterThan(290);
});

it('a short body takes as long, byte by byte', async () => {
  const { pieces, took } = await readPieces(new SlowBody(Buffer.from('ab'), 300));

  expect(pieces).toEqual(['a', 'b']);
  expect(took).toBeGreaterThan(290);
});

it('a slow body sends its rest at once when it is finished early', async () => {
  const body = new SlowBody(Buffer.from('abcdefghij'), 60_000);
  const reading = readPieces(body);
  await pause(20);
  body.finish();
  body.finish();

  expect((await reading).pieces).toEqual(['abcdefghij']);
});

it('a slow body sends nothing after it was destroyed', async () => {
  const body = new SlowBody(Buffer.from('ab'), 50);
  const pieces: unknown[] = [];
  body.on('data', (piece) => pieces.push(piece));
  await pause(5);
  body.destroy();
  body.finish();
  await pause(100);

  expect([body.destroyed, pieces]).toEqual([true, []]);
});
