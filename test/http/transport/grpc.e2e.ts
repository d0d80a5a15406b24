/** More gRPC calls than a moment takes, and one that lasts longer. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { begin, call, frame, grpcSession } from '../../support/grpc.ts';
import { listeningServer } from '../../support/listening.ts';
import { FULL, placeOf } from '../../support/nvcf-client.ts';

const { url } = await listeningServer();
const METADATA = { authorization: `Bearer ${FULL}`, 'function-id': placeOf('echo').functionId };

it('answers ten thousand gRPC calls on one connection, and more at once than it takes', async () => {
  const session = grpcSession(url);
  let codes = new Set<number | null>();
  for (let round = 0; round < 20; round += 1) {
    const all = await Promise.all(Array.from({ length: 500 }, () => call(session, METADATA)));
    codes = new Set([...codes, ...all.map(({ code }) => code)]);
  }

  expect([...codes]).toEqual([0]);
});

it('cuts a call that is not read when the server stops', async () => {
  const stopped = await listeningServer();
  const stream = begin(grpcSession(stopped.url), METADATA);
  stream.on('error', () => {});
  stream.pause();
  stream.write(frame('x'.repeat(500_000)));
  await pause(50);
  const began = performance.now();
  await stopped.close();

  expect(performance.now() - began).toBeLessThan(5000);
}, 10_000);
