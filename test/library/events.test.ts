import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type ControlClient, connect, type MockEvent, startMock } from '../../src/index.ts';
import { createEventReader, watchEvents } from '../../src/library/events.ts';

const listening = await startMock({ adminToken: 'let-me-in' });
const inProcess = await startMock({ listen: false });
afterAll(() => Promise.all([listening.stop(), inProcess.stop()]));

/** Collects the first `count` events of a world that `act` causes. */
async function collectEvents(board: Pick<ControlClient, 'events'>, count: number, act: () => Promise<unknown>) {
  const events: MockEvent[] = [];
  await using stream = board.events();
  await stream.opened;
  await act();
  for await (const event of stream) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

describe.each([
  ['of a world', () => listening.world()],
  ['of a world without a socket', () => inProcess.world()],
  [
    'through connect',
    async () => connect(listening.url, { adminToken: 'let-me-in', world: (await listening.world()).id }),
  ],
] as const)('the events %s', (_where, open) => {
  it('arrive as they happen, and belong to this world only', async () => {
    const [board, other] = [await open(), await open()];
    const reported = await collectEvents(board, 2, async () => {
      await other.clock.advance('1h');
      await board.clock.advance('15m');
      await board.getToken();
    });

    expect(reported).toMatchObject([
      { kind: 'clock', data: { ahead: 'PT15M' } },
      { kind: 'request', data: { operation: 'grant_token', status: 200 } },
    ]);
  });

  it('end for a waiting reader when the stream is closed', async () => {
    const stream = (await open()).events();
    await stream.opened;
    const ended = (async () => {
      for await (const _ of stream) expect.unreachable();
    })();
    await wait(20);
    stream.close();

    await ended;
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});

describe('events', () => {
  it('end when their world is deleted', async () => {
    const world = await inProcess.world();
    const stream = world.events();
    await stream.opened;
    await world.stop();

    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('can be closed before the first one arrives', async () => {
    const stream = listening.events();
    stream.close();

    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('of a deleted world reject both `opened` and `next`', async () => {
    const world = await inProcess.world();
    await world.stop();
    const stream = world.events();

    await expect(stream.opened).rejects.toThrow('no longer exists');
    await expect(stream.next()).rejects.toThrow('no longer exists');
  });

  it('reject the pending read when the connection breaks', async () => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(': hello\n\n'));
        controller.error(new TypeError('terminated'));
      },
    });

    await expect(watchEvents(async () => new Response(body)).next()).rejects.toThrow('terminated');
  });
});

describe('the events of a stream', () => {
  const encode = (text: string) => new TextEncoder().encode(text);

  it('do not depend on where its chunks are cut', () => {
    const createEvent = (text: string) => ({ kind: 'hint', data: { text } });
    const bytes = encode(
      '\uFEFFevent: hint\ndata: {"text":"\u00e4\u{1f600}"}\n\n: hello\n\nlater: x\r\nevent: hint\r\ndata: {"text":\r\ndata: "b"}\r\n\r\nevent: world\n',
    );
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const read = createEventReader();

      expect([...read(bytes.slice(0, cut)), ...read(bytes.slice(cut))]).toEqual([
        createEvent('\u00e4\u{1f600}'),
        createEvent('b'),
      ]);
    }
  });

  it('are rejected if a single event is too long, and not because there are many', () => {
    const mega = 'x'.repeat(1024 * 1024);
    const readChunks = (piece: string) => () => {
      const read = createEventReader();
      for (let index = 0; index < 17; index += 1) read(encode(piece));
    };

    expect(readChunks(mega)).toThrow('exceeded max buffer size of 16777216 characters');
    expect(readChunks(`data: ${mega}\n`)).toThrow('exceeded max buffer size');
    expect(readChunks(`data: "${mega}"\n\n`)).not.toThrow();
  });
});
