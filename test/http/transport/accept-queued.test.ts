/** Connections that a server has not accepted yet when it stops. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { hasLoopback6 } from '../../support/ports.ts';
import { testServer } from '../../support/server.ts';

const CONNECTIONS = 40;

/** Waits for its turn, sends a request on each connection, ends the turn, and reports the status or error of each. */
const CLIENTS = `
const { connect } = require('node:net');
const { parentPort, workerData: { port, hosts, connections, turn } } = require('node:worker_threads');
const outcomes = [];
let sent = 0;
Atomics.wait(turn, 0, 0);
for (let number = 0; number < connections; number += 1) {
  const socket = connect(port, hosts[number % hosts.length]);
  let outcome = '';
  socket.on('connect', () => socket.write('GET /_mock/health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n', () => {
    sent += 1;
    if (sent < connections) return;
    Atomics.store(turn, 0, 2);
    Atomics.notify(turn, 0);
  }));
  socket.on('data', (bytes) => { outcome += bytes; });
  socket.on('error', ({ code }) => { outcome = code; });
  socket.on('close', () => {
    outcomes.push(/^HTTP.1.1 (\\d+)/.exec(outcome)?.[1] ?? outcome);
    if (outcomes.length === connections) parentPort.postMessage(outcomes);
  });
}
`;

it('a server that stops answers the requests on connections that it has not accepted yet', async () => {
  const server = await testServer();
  const { port } = await server.listen('127.0.0.1', 0);
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const hosts = hasLoopback6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
  const clients = new Worker(CLIENTS, { eval: true, workerData: { port, hosts, connections: CONNECTIONS, turn } });
  onTestFinished(async () => void (await clients.terminate()));
  await once(clients, 'online');
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
  // The server accepts nothing meanwhile, because it runs on this thread.
  Atomics.wait(turn, 0, 1, 30_000);
  const outcomes = once(clients, 'message');
  await server.close();

  expect(new Set((await outcomes)[0])).toEqual(new Set(['200']));
});
