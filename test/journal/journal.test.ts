import { describe, expect, it } from 'vitest';
import { Quota } from '../../src/core/quota.ts';
import { type Draft, keptBytes, keptPayload, MOST_KEPT, NO_BODY } from '../../src/journal/entry.ts';
import { Journal } from '../../src/journal/journal.ts';
import { ringPlaces } from '../../src/journal/ring.ts';
import { verify } from '../../src/journal/verify.ts';
import { toySecrets } from './toy-secrets.ts';

const MEGABYTE = 1024 * 1024;

const draft = (changes: Partial<Draft> = {}): Draft => ({
  at: 0,
  world: 'default',
  service: 'runai',
  operation: 'grant_token',
  method: 'POST',
  url: '/api/v1/token',
  status: 200,
  wouldBe: null,
  principal: null,
  reason: null,
  decision: null,
  explanation: null,
  hints: [],
  fault: null,
  done: true,
  startedAt: 0,
  durationMs: 1,
  tokenExpiresAt: null,
  requestHeaders: 'host\nlocalhost',
  requestBody: NO_BODY,
  responseHeaders: {},
  responseBody: keptPayload('{}'),
  ...changes,
});

describe('the journal of a world', () => {
  it('keeps the newest 2000 requests, newest first, and counts those it dropped', () => {
    const journal = new Journal(ringPlaces<Draft>(64 * MEGABYTE), 'abc', toySecrets());
    for (let index = 1; index <= 2002; index += 1) journal.record(draft({ durationMs: index }));

    const kept = journal.newestFirst();
    expect(kept).toHaveLength(2000);
    expect(kept[0]).toMatchObject({ id: 'abc-r2002', number: 2002, durationMs: 2002 });
    expect(kept.at(-1)?.number).toBe(3);
    expect(journal.dropped).toBe(2);
    expect(journal.find('abc-r2')).toBeUndefined();
    expect(journal.find('abc-r3')?.number).toBe(3);
  });

  it('keeps no more bytes than there is room for in the process, which it shares with other worlds', () => {
    const places = ringPlaces<Draft>(MEGABYTE);
    const [one, other] = [new Journal(places, 'a', toySecrets()), new Journal(places, 'b', toySecrets())];
    const large = draft({ responseBody: keptPayload('x'.repeat(50_000)) });
    for (let index = 0; index < 100; index += 1) one.record(large);
    expect(places.calculatedSize).toBeLessThanOrEqual(MEGABYTE);
    expect(one.newestFirst().length).toBeLessThan(12);
    expect(one.dropped).toBe(100 - one.newestFirst().length);

    for (let index = 0; index < 100; index += 1) other.record(large);
    expect(one.newestFirst()).toEqual([]);
    expect(places.calculatedSize).toBeLessThanOrEqual(MEGABYTE);
  });

  it('gives its budget back when it is emptied, and begins to count anew, but never gives an id again', () => {
    const places = ringPlaces<Draft>(MEGABYTE);
    const journal = new Journal(places, 'a', toySecrets());
    journal.record(draft());
    journal.empty();
    expect(places.calculatedSize).toBe(0);
    expect([journal.newestFirst(), journal.dropped]).toEqual([[], 0]);
    expect(journal.record(draft())).toBe(2);
    expect(journal.find('a-r1')).toBeUndefined();
  });

  it('does not keep a request that is larger than its whole budget', () => {
    const journal = new Journal(ringPlaces<Draft>(1000), 'a', toySecrets());
    journal.record(draft({ url: `/${'x'.repeat(2000)}` }));
    expect([journal.newestFirst(), journal.dropped]).toEqual([[], 1]);
  });

  it('knows the ids that it gave, and no others', () => {
    const journal = new Journal(ringPlaces<Draft>(MEGABYTE), 'a', toySecrets());
    journal.record(draft());
    expect(['a-r1', 'a-r2', 'a-r0', 'b-r1', 'a-rx', ''].map((id) => journal.numberOf(id))).toEqual([
      1,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('tells those who listen of every request, and when it ends', () => {
    const journal = new Journal(ringPlaces<Draft>(MEGABYTE), 'a', toySecrets());
    const reported: unknown[] = [];
    const listener = {
      onRecord: ({ id }: { id: string }) => reported.push(id),
      onEnd: (why: string) => reported.push(why),
    };
    const unlisten = journal.listen(listener);
    journal.record(draft());
    unlisten();
    journal.record(draft());
    journal.listen(listener);
    journal.empty();
    journal.record(draft());
    journal.end('deleted');
    journal.end('stopping');
    journal.listen(listener);
    expect(reported).toEqual(['a-r1', 'emptied', 'deleted']);
  });
});

it('a verification does not begin to wait once the journal has ended', async () => {
  const journal = new Journal(ringPlaces<Draft>(MEGABYTE), 'a', toySecrets());
  journal.end('deleted');

  await expect(verify(journal, {}, { atLeast: 1 }, 60_000, new Quota(MEGABYTE))).rejects.toMatchObject({
    why: 'deleted',
  });
});

describe('a body', () => {
  it('is kept up to 64 kB, and its size is that of all of it', () => {
    expect(keptPayload('x'.repeat(MOST_KEPT + 1))).toMatchObject({ size: MOST_KEPT + 1, text: 'x'.repeat(MOST_KEPT) });
    expect(keptPayload(Buffer.alloc(MOST_KEPT + 1, 'y'))).toMatchObject({
      size: MOST_KEPT + 1,
      text: 'y'.repeat(MOST_KEPT),
    });
    expect(keptBytes('z'.repeat(MOST_KEPT + 1)).text).toHaveLength(MOST_KEPT);
    expect(keptPayload(undefined)).toMatchObject({ size: 0, text: null });
  });
});
