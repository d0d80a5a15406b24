import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { callOnceRead, streamOfParts } from '../../src/http/answers.ts';

it('a body that is not an open stream is released at once', async () => {
  const closed = new Readable({ read: () => {} }).destroy();
  await expect.poll(() => closed.closed).toBe(true);
  const released = vi.fn();
  for (const payload of ['text', Buffer.from('bytes'), undefined, null, closed]) callOnceRead(payload, released);

  expect(released).toHaveBeenCalledTimes(5);
});

it('a stream is released when it closes, after its end and after an error', async () => {
  const [ended, failed] = [Readable.from(['a']), new Readable({ read: () => {} })];
  const released = vi.fn();
  for (const stream of [ended, failed]) callOnceRead(stream, released);
  expect(released).not.toHaveBeenCalled();

  ended.resume();
  failed.on('error', () => {}).destroy(new Error('no more'));
  await expect.poll(() => released.mock.calls.length).toBe(2);
});

describe('a body that is produced in parts', () => {
  const PART = 'x'.repeat(20_000);

  it('lets other work run between two parts, and is complete', async () => {
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

  it('alternates with other bodies, so that few parts are produced in one turn', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const produced = new Map<number, number>();
    const parts = function* () {
      for (let part = 0; part < 5; part += 1) {
        produced.set(turns, (produced.get(turns) ?? 0) + 1);
        yield PART;
      }
    };
    const streams = Array.from({ length: 60 }, () => streamOfParts(parts()).toArray());
    const all = await Promise.all(streams);
    clearImmediate(counting);

    expect(all.map((chunks) => chunks.length)).toEqual(Array(60).fill(5));
    expect(Math.max(...produced.values())).toBeLessThanOrEqual(2);
  });

  it('is not produced further when its reader stops', async () => {
    let produced = 0;
    const parts = function* () {
      for (; produced < 1000; produced += 1) yield PART;
    };
    const stream = streamOfParts(parts());
    let taken = 0;
    for await (const _chunk of stream) {
      taken += 1;
      if (taken === 3) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect(produced).toBeLessThan(10);
  });
});
