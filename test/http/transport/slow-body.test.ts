import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SlowBody } from '../../../src/http/transport/slow-body.ts';

/** Reads a body to its end. @returns its pieces, and how long it took in milliseconds */
async function read(body: SlowBody) {
  const start = performance.now();
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return { pieces: pieces.map(String), took: performance.now() - start };
}

it('a slow body takes its time, in pieces', async () => {
  const body = new SlowBody(Buffer.from('abcdefghij'), 300);
  const { pieces, took } = await read(body);

  expect(pieces).toEqual(['abcd', 'efgh', 'ij']);
  expect(took).toBeGreaterThan(290);
});

it('a short one takes as long, byte by byte', async () => {
  const { pieces, took } = await read(new SlowBody(Buffer.from('ab'), 300));

  expect(pieces).toEqual(['a', 'b']);
  expect(took).toBeGreaterThan(290);
});

it('no byte is lost', async () => {
  const body = new SlowBody(Buffer.from('äöü'), 50);

  expect(Buffer.concat(await body.toArray()).toString()).toBe('äöü');
});

it('it sends the rest at once if there is no more time', async () => {
  const body = new SlowBody(Buffer.from('abcdefghij'), 60_000);
  const reading = read(body);
  await pause(20);
  body.finish();
  body.finish();

  expect((await reading).pieces).toEqual(['abcdefghij']);
});

it('it sends nothing after it was destroyed', async () => {
  const body = new SlowBody(Buffer.from('ab'), 50);
  const pieces: unknown[] = [];
  body.on('data', (piece) => pieces.push(piece));
  await pause(5);
  body.destroy();
  body.finish();
  await pause(100);

  expect([body.destroyed, pieces]).toEqual([true, []]);
});
