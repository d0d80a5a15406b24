import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { callOnceRead, streamOfParts } from '../../src/http/answers.ts';
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

it('a body that is no stream, or one that had already closed, holds nothing', async () => {
  const closed = new Readable({ read: () => {} }).destroy();
  await vi.waitFor(() => expect(closed.closed).toBe(true));
  const released = vi.fn();
  for (const payload of ['text', Buffer.from('bytes'), undefined, null, closed]) callOnceRead(payload, released);

  expect(released).toHaveBeenCalledTimes(5);
});

it('a stream holds until it closes, however it does', async () => {
  const [ended, failed] = [Readable.from(['a']), new Readable({ read: () => {} })];
  const released = vi.fn();
  for (const stream of [ended, failed]) callOnceRead(stream, released);
  expect(released).not.toHaveBeenCalled();

  ended.resume();
  failed.on('error', () => {}).destroy(new Error('no more'));
  await vi.waitFor(() => expect(released).toHaveBeenCalledTimes(2));
});

describe('a body that is made part by part', () => {
  const PART = 'x'.repeat(20_000);

  it('lets other work be done between two parts, and is whole', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const seen: number[] = [];
    const parts = function* () {
      for (let part = 0; part < 50; part += 1) {
        seen.push(turns);
        yield PART;
      }
    };
    let text = '';
    for await (const chunk of streamOfParts(parts())) text += String(chunk);
    clearImmediate(counting);

    expect(text).toBe(PART.repeat(50));
    expect(new Set(seen).size).toBeGreaterThan(45);
  });

  it('is made in turn with all others, so that few parts are made before other requests are read', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const made = new Map<number, number>();
    const parts = function* () {
      for (let part = 0; part < 5; part += 1) {
        made.set(turns, (made.get(turns) ?? 0) + 1);
        yield PART;
      }
    };
    const streams = Array.from({ length: 60 }, () => streamOfParts(parts()).toArray());
    const all = await Promise.all(streams);
    clearImmediate(counting);

    expect(all.map((chunks) => chunks.length)).toEqual(Array(60).fill(5));
    expect(Math.max(...made.values())).toBeLessThanOrEqual(2);
  });

  it('is not made any further once its reader has left', async () => {
    let made = 0;
    const parts = function* () {
      for (; made < 1000; made += 1) yield PART;
    };
    const stream = streamOfParts(parts());
    let taken = 0;
    for await (const _chunk of stream) {
      taken += 1;
      if (taken === 3) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect(made).toBeLessThan(10);
  });
});
