/** More gRPC calls than a moment takes. */
import { expect, it } from 'vitest';
import { call, grpcSession } from '../../support/grpc.ts';
import { listeningServer } from '../../support/listening.ts';
import { FULL, placeOf } from '../../support/nvcf-client.ts';

const { url } = await listeningServer();

it('answers ten thousand gRPC calls on one connection, and more at once than it takes', async () => {
  const session = grpcSession(url);
  const metadata = { authorization: `Bearer ${FULL}`, 'function-id': placeOf('echo').functionId };
  let codes = new Set<number | null>();
  for (let round = 0; round < 20; round += 1) {
    const all = await Promise.all(Array.from({ length: 500 }, () => call(session, metadata)));
    codes = new Set([...codes, ...all.map(({ code }) => code)]);
  }

  expect([...codes]).toEqual([0]);
});
