import { describe, expect, it } from 'vitest';
import { createEventStream, Events } from '../../src/journal/event-stream.ts';

/** The blocks that a stream has sent so far, without comments. */
async function readSent(stream: ReturnType<typeof createEventStream>): Promise<string[]> {
  await new Promise((resolve) => setImmediate(resolve));
  const text = String(stream.read() ?? '');
  return text.split('\n\n').filter((part) => part !== '' && !part.startsWith(':'));
}

const publishRange = (events: Events, from: number, to: number) => {
  for (let number = from; number <= to; number += 1) events.publish('clock', () => ({ number }));
};
const createBlock = (number: number) => `event: clock\ndata: {"number":${number}}`;

describe('a stream of events', () => {
  it('sends events in their order, even if one of them takes longer to read', async () => {
    const events = new Events();
    const stream = createEventStream(events);
    events.publish('policy', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { slow: true };
    });
    publishRange(events, 2, 3);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await readSent(stream)).toEqual(['event: policy\ndata: {"slow":true}', createBlock(2), createBlock(3)]);
  });

  it('omits events without data', async () => {
    const events = new Events();
    const stream = createEventStream(events);
    events.publish('request', () => null);
    publishRange(events, 2, 2);
    expect(await readSent(stream)).toEqual([createBlock(2)]);
  });

  it('ends with its world, after all of its events', async () => {
    const events = new Events();
    const stream = createEventStream(events);
    publishRange(events, 1, 1);
    events.end();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toContain(createBlock(1));
    for await (const chunk of createEventStream(events)) expect(String(chunk)).toMatch(/^:/);
  });

  it('disconnects a reader that is too slow', async () => {
    const events = new Events();
    const stream = createEventStream(events);
    stream.on('error', () => {});
    for (let index = 0; index < 30; index += 1) events.publish('clock', () => ({ text: 'x'.repeat(100_000) }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stream.destroyed).toBe(true);
  });

  it('begins with the events after it was opened', async () => {
    const events = new Events();
    publishRange(events, 1, 3);
    const stream = createEventStream(events);
    publishRange(events, 4, 4);
    expect(await readSent(stream)).toEqual([createBlock(4)]);
  });
});
