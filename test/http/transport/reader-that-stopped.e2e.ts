/** A client that takes nothing of what it is sent holds a server up for as long as a stop may take. */
import { get } from 'node:http';
import { expect, it, vi } from 'vitest';
import { answeringServer } from '../../support/answering.ts';

it('a reader that stopped reading does not hold up a server that stops', async () => {
  const much = 'x'.repeat(30_000_000);
  const stopping = await answeringServer({
    '/much': () => ({ status: 200, headers: {}, payload: much, delivery: { slow: 60_000 } }),
  });
  // A client that reads nothing of what it is sent.
  const request = get({ port: stopping.port, path: '/much', agent: false }, (response) => void response.pause());
  request.on('error', () => {});
  await vi.waitFor(() => expect(stopping.outgoing.size).toBe(1));
  const start = performance.now();
  await stopping.close();

  expect(performance.now() - start).toBeLessThan(4500);
  await vi.waitFor(() => expect(stopping.outgoing.size).toBe(0));
}, 10_000);
