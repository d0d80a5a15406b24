/** Responses that are sent before a large body has arrived. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

const LARGE = 5_000_000;

const server = await testServer();
const { port } = await server.listen('127.0.0.1', 0);

/** Sends a whole request before it reads anything, like Python's `http.client`. */
async function sendFirst(head: string, bytes: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(`${head}\r\nHost: localhost\r\nContent-Length: ${LARGE}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).write('x'.repeat(bytes), () => resolve());
  });
  return text(socket);
}

it.for([
  [401, 'POST /v2/nvcf/functions HTTP/1.1'],
  [404, 'POST /nowhere HTTP/1.1'],
  [413, 'POST /api/v1/token HTTP/1.1\r\nContent-Type: application/json'],
  [415, 'POST /api/v1/token HTTP/1.1\r\nContent-Type: text/plain'],
] as const)('a client that sends its whole body first can read %i', async ([status, head]) => {
  expect(await sendFirst(`${head}\r\nConnection: close`, LARGE)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

it('a connection whose body does not end closes five seconds after the response', async () => {
  const start = performance.now();
  expect(await sendFirst('POST /v2/nvcf/functions HTTP/1.1', LARGE / 2)).toMatch(/^HTTP\/1\.1 401 /);

  expect(performance.now() - start).toBeGreaterThan(4500);
});
