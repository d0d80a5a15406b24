import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { connect, type MockEvent, type Switchboard, startMock } from '../../src/index.ts';
import { createEventReader, watchEvents } from '../../src/library/events.ts';

const listening = await startMock({ adminToken: 'let-me-in' });
const silent = await startMock({ listen: false });
afterAll(() => Promise.all([listening.stop(), silent.stop()]));

/** The first so many events of a world, while something happens in it. */
async function firstEvents(board: Pick<Switchboard, 'events'>, count: number, act: () => Promise<unknown>) {
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
  ['of a world without a socket', () => silent.world()],
  [
    'through connect',
    async () => connect(listening.url, { adminToken: 'let-me-in', world: (await listening.world()).id }),
  ],
] as const)('the events %s', (_where, open) => {
  it('are told as they happen, and are of that world only', async () => {
    const [board, other] = [await open(), await open()];
    const reported = await firstEvents(board, 2, async () => {
      await other.clock.advance('1h');
      await board.clock.advance('15m');
      await board.getToken();
    });

    expect(reported).toMatchObject([
      { kind: 'clock', data: { ahead: 'PT15M' } },
      { kind: 'request', data: { operation: 'grant_token', status: 200 } },
    ]);
  });

  it('go on after the one that was read last', async () => {
    const board = await open();
    const [first, second] = await firstEvents(board, 2, async () => {
      await board.clock.advance('1m');
      await board.clock.advance('1m');
    });
    const missed: MockEvent[] = [];
    for await (const event of board.events({ lastEventId: first?.id ?? '' })) {
      missed.push(event);
      break;
    }

    expect(missed).toEqual([second]);
  });

  it('begin with the restart for a reader who comes back to another process', async () => {
    const board = await open();
    const events: MockEvent[] = [];
    for await (const event of board.events({ lastEventId: 'old-e3' })) {
      events.push(event);
      break;
    }

    expect(events).toEqual([{ id: expect.any(String), kind: 'restarted', data: { lastEventId: 'old-e3' } }]);
  });

  it('end for a reader who waits when somebody closes them', async () => {
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
  it('end with their world', async () => {
    const world = await silent.world();
    const stream = world.events();
    await stream.opened;
    await world.stop();

    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('can be closed before they come', async () => {
    const stream = listening.events();
    stream.close();

    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('of a world that is gone say so to whoever reads or waits', async () => {
    const world = await silent.world();
    await world.stop();
    const stream = world.events();

    await expect(stream.opened).rejects.toThrow('no longer exists');
    await expect(stream.next()).rejects.toThrow('no longer exists');
  });

  it('are read from bytes that are cut anywhere', async () => {
    const bytes = new TextEncoder().encode('\uFEFFid: 1\nevent: world\ndata: {"what":"zurück"}\n\n');
    const body = new ReadableStream({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const read: MockEvent[] = [];
    for await (const event of watchEvents(async () => new Response(body))) read.push(event);

    expect(read).toEqual([{ id: '1', kind: 'world', data: { what: 'zurück' } }]);
  });

  it('fail for their reader when the connection breaks', async () => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(': hello\n\n'));
        controller.error(new TypeError('terminated'));
      },
    });

    await expect(watchEvents(async () => new Response(body)).next()).rejects.toThrow('terminated');
  });
});

describe('events of a stream', () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text);

  it('are the same wherever it is cut', () => {
    const event = (id: string, text: string) => ({ id, kind: 'finding', data: { text } });
    const bytes = bytesOf(
      ': hello\n\nid: 1\nevent: finding\ndata: {"text":"\u00e4\u{1f600}"}\n\nlater: x\r\nid: 2\r\nevent: finding\r\ndata: {"text":\r\ndata: "b"}\r\n\r\nid: 3\n',
    );
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const read = createEventReader();

      expect([...read(bytes.slice(0, cut)), ...read(bytes.slice(cut))]).toEqual([
        event('1', '\u00e4\u{1f600}'),
        event('2', 'b'),
      ]);
    }
  });

  it('are refused if one is too long, in one line or in many, and not because they are many', () => {
    const mega = 'x'.repeat(1024 * 1024);
    const reading = (piece: string) => () => {
      const read = createEventReader();
      for (let index = 0; index < 17; index += 1) read(bytesOf(piece));
    };

    expect(reading(mega)).toThrow('exceeded max buffer size of 16777216 characters');
    expect(reading(`data: ${mega}\n`)).toThrow('exceeded max buffer size');
    expect(reading(`data: "${mega}"\n\n`)).not.toThrow();
  });
});
