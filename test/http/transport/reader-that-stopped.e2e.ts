/** A client that reads nothing delays a stop of the server only up to a limit. */
import { get } from 'node:http';
import { expect, it } from 'vitest';
import { answeringServer } from '../../support/answering.ts';

it('a client that stopped reading does not hold up the stop of the server', async () => {
  const body = Buffer.alloc(30_000_000, 'x');
  const stopping = await answeringServer({
    '/much': () => ({ outcome: { status: 200, body }, action: { body: 'slow' } }),
  });
  // A client that reads nothing.
  const request = get({ port: stopping.port, path: '/much', agent: false }, (response) => void response.pause());
  request.on('error', () => {});
  await expect.poll(() => stopping.streams.size).toBe(1);
  const start = performance.now();
  await stopping.close();

  expect(performance.now() - start).toBeLessThan(4500);
  await expect.poll(() => stopping.streams.size).toBe(0);
});
