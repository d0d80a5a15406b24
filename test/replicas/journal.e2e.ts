/** Both replicas tell of everything that came to either, in the same order. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { researcher } from '../support/cast.ts';
import { readEvents, type ToldEvent } from '../support/event-reader.ts';
import { describePostgres } from '../support/postgres.ts';
import { inParallel, it, type Replica } from '../support/replicas.ts';

const REQUESTS = 10_000;
const WRITERS = 8;

/** An entry of a journal. */
interface Entry {
  readonly id: string;
  readonly path: string;
}

/** Reads the journal of one replica until there are so many. It keeps the newest 2000, so the reader has to keep up. */
async function journalOf(at: Replica, count: number, lastBefore: string): Promise<Entry[]> {
  const read: Entry[] = [];
  while (read.length < count) {
    const last = read.at(-1)?.id ?? lastBefore;
    const { status, body } = await at.call(`GET /_mock/requests?since=${last}&limit=2000`);
    expect(status, JSON.stringify(body)).toBe(200);
    const newestFirst: Entry[] = body.requests;
    read.push(...newestFirst.map(({ id, path }) => ({ id, path })).reverse());
  }
  return read;
}

/**
 * Reads events until the clock is moved: some from one replica, then some from the other, and so on, each time after the
 * last one that was read. The newest 1000 are kept.
 *
 * @param begun is called once it listens
 */
async function eventsOf(from: readonly Replica[], eachTime: number, begun: () => void): Promise<ToldEvent[]> {
  const read: ToldEvent[] = [];
  for (let turn = 0; read.at(-1)?.event !== 'clock'; turn += 1) {
    const before = read.length;
    const take = (event: ToldEvent) => {
      read.push(event);
      return event.event === 'clock' || read.length - before === eachTime ? 'enough' : 'more';
    };
    await readEvents(from[turn % from.length]?.url ?? '', read.at(-1)?.id ?? null, take, begun);
  }
  return read;
}

function numberOf({ id }: { readonly id: string }): number {
  return Number(/\d+$/.exec(id)?.[0]);
}

/** Without what is told of a finding as it is when it is read: how often it was found, and when last. */
function settled({ id, event, data }: ToldEvent): string {
  const { count: _, lastSeenAt: __, request: ___, ...others } = JSON.parse(data);
  return JSON.stringify({ id, event, data: event === 'finding' ? others : data });
}

/** Numbers without a gap. */
function countedFrom(first: number, many: number): number[] {
  return Array.from({ length: many }, (_, index) => first + index);
}

describePostgres(`while ${WRITERS} writers send ${REQUESTS} requests to two replicas`, () => {
  it('each replica tells of every one, once, and both in the same order', async ({ replicas }) => {
    const { a, b, both } = replicas;
    const token = await a.tokenOf(researcher.accessKey);
    const [before] = (await a.call('GET /_mock/requests?limit=1')).body.requests as [Entry];
    const listen = (from: readonly Replica[], eachTime: number) =>
      new Promise<{ readonly done: Promise<ToldEvent[]> }>((resolve) => {
        const done: Promise<ToldEvent[]> = eventsOf(from, eachTime, () => resolve({ done }));
      });
    const listening = [await listen([a, b], 307), await listen([b, a], 401)];

    /** What was sent, with the decision about it. */
    const sent = new Map<string, string>();
    const writing = inParallel(REQUESTS, WRITERS, async (number) => {
      const path = `/api/v1/access-keys/${randomUUID()}`;
      const { status, decision } = await (both[number % 2] as Replica).call(`GET ${path}`, { token });
      expect(status).toBe(404);
      sent.set(path, decision.id);
    });
    const journals = Promise.all(both.map((at) => journalOf(at, REQUESTS, before.id)));
    await writing;
    await a.call('POST /_mock/clock/advance', { body: { by: '1s' } });
    const [onA = [], onB = []] = await journals;
    const paths = onA.map(({ path }) => path);

    expect(onA.map(numberOf)).toEqual(countedFrom(numberOf(before) + 1, REQUESTS));
    expect([...paths].sort()).toEqual([...sent.keys()].sort());
    expect(onB).toEqual(onA);

    const [one = [], other = []] = await Promise.all(listening.map(({ done }) => done));
    expect(one.map(numberOf)).toEqual(countedFrom(numberOf(one[0] as ToldEvent), one.length));
    const told = (kind: string) => one.filter(({ event }) => event === kind).map(({ data }) => JSON.parse(data));
    expect(told('request').map(({ path }) => path)).toEqual(paths);
    expect(
      told('decision')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...sent.values()].sort());
    expect(other.map(settled)).toEqual(one.map(settled));
  });
});
