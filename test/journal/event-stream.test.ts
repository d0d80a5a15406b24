import { describe, expect, it } from 'vitest';
import { createEventStream } from '../../src/journal/event-stream.ts';
import { Events } from '../../src/journal/events.ts';

/** The blocks that a stream has sent so far, without comments. */
async function readSent(stream: ReturnType<typeof createEventStream>): Promise<string[]> {
  // After each missed event, other work runs first.
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const text = String(stream.read() ?? '');
  return text.split('\n\n').filter((part) => part !== '' && !part.startsWith(':'));
}

const publishRange = (events: Events, from: number, to: number) => {
  for (let number = from; number <= to; number += 1) events.publish('clock', () => ({ number }));
};
const createRestartBlock = (number: number) => `id: s-e${number}\nevent: restarted\ndata: {"lastEventId":"old-e3"}`;
const createBlock = (number: number) => `id: s-e${number}\nevent: clock\ndata: {"number":${number}}`;

describe('a stream of events', () => {
  it('sends events in their order, even if one of them takes longer to read', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    events.publish('finding', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { slow: true };
    });
    publishRange(events, 2, 3);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await readSent(stream)).toEqual([
      'id: s-e1\nevent: finding\ndata: {"slow":true}',
      createBlock(2),
      createBlock(3),
    ]);
  });

  it('omits events without data', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    events.publish('request', () => null);
    publishRange(events, 2, 2);
    expect(await readSent(stream)).toEqual([createBlock(2)]);
  });

  it('resumes after the last event of the reader', async () => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    publishRange(events, 1, 5);
    expect(await readSent(createEventStream(events, 's-e3'))).toEqual([createBlock(4), createBlock(5)]);
    expect(await readSent(createEventStream(events, 's-e5'))).toEqual([]);
  });

  it('lets other requests run while it reads missed events', async () => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    let read = 0;
    for (let number = 0; number < 500; number += 1) {
      events.publish('clock', () => {
        read += 1;
        return { number };
      });
    }
    const stream = createEventStream(events, 's-e0');
    await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBeLessThan(10);
    stream.destroy();
    for (let turn = 0; turn < 600; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBeLessThan(10);
  });

  it('sends the number of missed events if they are no longer kept', async () => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    publishRange(events, 1, 1010);
    const [first, second] = await readSent(createEventStream(events, 's-e3'));
    expect(first).toBe('id: s-e10\nevent: world\ndata: {"what":"missed","events":7}');
    expect(second).toBe(createBlock(11));
    const [unknown] = await readSent(createEventStream(events, 'no id'));
    expect(unknown).toContain('{"what":"missed","events":null}');
  });

  it('sends a restart first to a reader with the id of an earlier process, then all kept events', async () => {
    const events = new Events('s');
    expect(await readSent(createEventStream(events, 'old-e3'))).toEqual([createRestartBlock(0)]);
    publishRange(events, 1, 2);
    expect(await readSent(createEventStream(events, 'old-e3'))).toEqual([
      createRestartBlock(0),
      createBlock(1),
      createBlock(2),
    ]);
    publishRange(events, 3, 1010);
    const [first, second] = await readSent(createEventStream(events, 'old-e3'));
    expect([first, second]).toEqual([createRestartBlock(10), createBlock(11)]);
  });

  it('resumes after the id of a restart', async () => {
    const events = new Events('s');
    createEventStream(events, 'old-e3').destroy();
    expect(await readSent(createEventStream(events, 's-e0'))).toEqual([]);
    publishRange(events, 1, 1010);
    const [first] = await readSent(createEventStream(events, 's-e10'));
    expect(first).toBe(createBlock(11));
  });

  it.each([
    's-e4',
    'e3',
    'old-e',
    'old-e3x',
    'ol"d-e3',
    '\u00f6ld-e3',
    `${'x'.repeat(41)}-e3`,
    `old-e${'1'.repeat(16)}`,
  ])('does not take %j for an id of an earlier process', async (id) => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    publishRange(events, 1, 3);
    const [first = ''] = await readSent(createEventStream(events, id));
    expect(first).toContain('{"what":"missed","events":null}');
  });

  it('ends with its world, after all of its events', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    publishRange(events, 1, 1);
    events.end();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toContain(createBlock(1));
    for await (const chunk of createEventStream(events, null)) expect(String(chunk)).toMatch(/^:/);
  });

  it('disconnects a reader that is too slow', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    stream.on('error', () => {});
    for (let index = 0; index < 30; index += 1) events.publish('clock', () => ({ text: 'x'.repeat(100_000) }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stream.destroyed).toBe(true);
  });

  it('keeps no events before the first reader', async () => {
    const events = new Events('s');
    publishRange(events, 1, 3);
    expect(events.newestNumber).toBe(0);
  });
});
