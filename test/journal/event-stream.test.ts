import { describe, expect, it } from 'vitest';
import { createEventStream } from '../../src/journal/event-stream.ts';
import { Events } from '../../src/journal/events.ts';

/** What a stream has sent so far, without comments. */
async function sent(stream: ReturnType<typeof createEventStream>): Promise<string[]> {
  // After each event that a reader missed, other work comes first.
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const text = String(stream.read() ?? '');
  return text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':'));
}

const happen = (events: Events, from: number, to: number) => {
  for (let number = from; number <= to; number += 1) events.publish('clock', () => ({ number }));
};
const restarted = (number: number) => `id: s-e${number}\nevent: restarted\ndata: {"lastEventId":"old-e3"}`;
const block = (number: number) => `id: s-e${number}\nevent: clock\ndata: {"number":${number}}`;

describe('a stream of events', () => {
  it('tells what happens from now on, in order, even if some of it takes longer to look up', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    events.publish('finding', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { slow: true };
    });
    happen(events, 2, 3);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await sent(stream)).toEqual(['id: s-e1\nevent: finding\ndata: {"slow":true}', block(2), block(3)]);
  });

  it('leaves out what has been forgotten', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    events.publish('request', () => null);
    happen(events, 2, 2);
    expect(await sent(stream)).toEqual([block(2)]);
  });

  it('resumes after the last event that the reader had', async () => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    happen(events, 1, 5);
    expect(await sent(createEventStream(events, 's-e3'))).toEqual([block(4), block(5)]);
    expect(await sent(createEventStream(events, 's-e5'))).toEqual([]);
  });

  it('lets other requests be answered while it makes what a reader has missed', async () => {
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

  it('says how much was missed, if that is more than is kept', async () => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    happen(events, 1, 1010);
    const [first, second] = await sent(createEventStream(events, 's-e3'));
    expect(first).toBe('id: s-e10\nevent: world\ndata: {"what":"missed","events":7}');
    expect(second).toBe(block(11));
    const [unknown] = await sent(createEventStream(events, 'no id'));
    expect(unknown).toContain('{"what":"missed","events":null}');
  });

  it('tells a reader with the id of an earlier process of the restart first, then everything that is kept', async () => {
    const events = new Events('s');
    expect(await sent(createEventStream(events, 'old-e3'))).toEqual([restarted(0)]);
    happen(events, 1, 2);
    expect(await sent(createEventStream(events, 'old-e3'))).toEqual([restarted(0), block(1), block(2)]);
    happen(events, 3, 1010);
    const [first, second] = await sent(createEventStream(events, 'old-e3'));
    expect([first, second]).toEqual([restarted(10), block(11)]);
  });

  it('goes on after the id that came with the restart, as after any other', async () => {
    const events = new Events('s');
    createEventStream(events, 'old-e3').destroy();
    expect(await sent(createEventStream(events, 's-e0'))).toEqual([]);
    happen(events, 1, 1010);
    const [first] = await sent(createEventStream(events, 's-e10'));
    expect(first).toBe(block(11));
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
  ])('takes %j for no id of an earlier process', async (id) => {
    const events = new Events('s');
    createEventStream(events, null).destroy();
    happen(events, 1, 3);
    const [first = ''] = await sent(createEventStream(events, id));
    expect(first).toContain('{"what":"missed","events":null}');
  });

  it('ends with its world, after everything that happened there', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    happen(events, 1, 1);
    events.end();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toContain(block(1));
    for await (const chunk of createEventStream(events, null)) expect(String(chunk)).toMatch(/^:/);
  });

  it('lets go of a reader that is too far behind', async () => {
    const events = new Events('s');
    const stream = createEventStream(events, null);
    stream.on('error', () => {});
    for (let index = 0; index < 30; index += 1) events.publish('clock', () => ({ text: 'x'.repeat(100_000) }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stream.destroyed).toBe(true);
  });

  it('costs nothing before anybody watches: nothing is kept', async () => {
    const events = new Events('s');
    happen(events, 1, 3);
    expect(events.newestNumber).toBe(0);
  });
});
