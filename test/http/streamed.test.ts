import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { discardStream, onceSent } from '../../src/http/streamed.ts';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const server = await testServer();
const { id, call } = await makeWorld(server);
const events = () =>
  server.app.inject({ url: `/w/${id}/_mock/events`, headers: { host: 'localhost' }, payloadAsStream: true });

it('a world is held by a stream until its reader leaves', async () => {
  const world = server.worlds.find(id);
  const [one, other] = [await events(), await events()];
  one.raw.res.destroy();
  await call('GET /_mock/clock');
  expect(world?.isHeld).toBe(true);

  other.raw.res.destroy();
  await vi.waitFor(() => expect(world?.isHeld).toBe(false));
});

it('an outcome that is no stream, or one that had already closed, holds nothing', async () => {
  const closed = new Readable({ read: () => {} }).destroy();
  await vi.waitFor(() => expect(closed.closed).toBe(true));
  const released = vi.fn();
  onceSent({ status: 200, body: { not: 'a stream' } }, released);
  onceSent({ status: 200, body: closed }, released);

  expect(released).toHaveBeenCalledTimes(2);
});

it('a stream that nobody will be sent is closed', () => {
  const stream = new Readable({ read: () => {} });
  discardStream({ status: 200, body: stream });
  discardStream({ status: 200, body: { not: 'a stream' } });

  expect(stream.destroyed).toBe(true);
});
