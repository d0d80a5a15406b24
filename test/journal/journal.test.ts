import { describe, expect, it } from 'vitest';
import { type Draft, type JournalEntry, MAX_BODY_LENGTH, storeBody } from '../../src/journal/entry.ts';
import { createRequestCache, Journal } from '../../src/journal/journal.ts';
import { verify } from '../../src/journal/verify.ts';
import { viewEntry } from '../../src/journal/view.ts';
import { Quota } from '../../src/lib/memory.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

const MEGABYTE = 1024 * 1024;

const createDraft = (changes: Partial<Draft> = {}): Draft =>
  toyDraft({ requestHeaders: 'host\nlocalhost', responseBody: storeBody('{}'), ...changes });

describe('the journal of a world', () => {
  it('keeps the newest 2000 denials and the newest 2000 others, newest first, and counts dropped entries', () => {
    const journal = new Journal(createRequestCache(32 * MEGABYTE), 'abc', toySecrets());
    for (let index = 1; index <= 4004; index += 1) journal.record(createDraft(index % 2 === 0 ? { status: 403 } : {}));

    const kept = journal.newestFirst().map(({ number }) => number);
    expect(kept).toEqual(Array.from({ length: 4000 }, (_, index) => 4004 - index));
    expect(journal.droppedCount).toBe(4);
    expect(journal.find('abc-r4')).toBeUndefined();
    expect(journal.find('abc-r5')).toMatchObject({ id: 'abc-r5', number: 5, status: 200 });
  });

  it.each<[label: string, refusal: Partial<Draft>]>([
    ['an error', { status: 404 }],
    ['a broken connection', { status: null }],
    ['a denied request whose answer a fault replaced', { status: 200, reason: 'missing_permission' }],
  ])('keeps %s, whatever followed', (_what, refusal) => {
    const journal = new Journal(createRequestCache(MEGABYTE / 2), 'a', toySecrets());
    journal.record(createDraft({ ...refusal, responseBody: storeBody('its body') }));
    const large = createDraft({ responseBody: storeBody('x'.repeat(1000)) });
    for (let index = 0; index < 3000; index += 1) journal.record(large);

    expect(journal.find('a-r1')).toMatchObject({ ...refusal, responseBody: { bytes: Buffer.from('its body') } });
    expect(journal.newestFirst().at(-1)?.number).toBe(1);
    expect(journal.droppedCount).toBe(3001 - journal.newestFirst().length);
  });

  it('drops the bodies of requests before the requests, oldest first, and no body of a denial', () => {
    const journal = new Journal(createRequestCache(MEGABYTE / 2), 'a', toySecrets());
    const bodies = { requestBody: storeBody('y'.repeat(1000)), responseBody: storeBody('x'.repeat(50_000)) };
    journal.record(createDraft({ ...bodies, status: 500 }));
    for (let index = 0; index < 30; index += 1) journal.record(createDraft({ ...bodies }));

    const kept = journal.newestFirst();
    const hasBodies = kept.map(({ requestBody, responseBody }) => [requestBody.bytes, responseBody.bytes].map(Boolean));
    expect(hasBodies).toEqual([...Array(10).fill([true, true]), ...Array(20).fill([false, false]), [true, true]]);
    const { request, response } = viewEntry(kept[20] as JournalEntry);
    expect([request, response]).toMatchObject([
      { body: null, size: 1000, truncated: true },
      { body: null, size: 50_000, truncated: true },
    ]);
  });

  it('does not mark a missing body as truncated when it drops bodies', () => {
    const journal = new Journal(createRequestCache(2000), 'a', toySecrets());
    journal.record(createDraft({ responseBody: storeBody('x'.repeat(5000)) }));

    const { request, response } = viewEntry(journal.findByNumber(1) as JournalEntry);
    expect([request.truncated, response.truncated]).toEqual([false, true]);
  });

  it('stays within the budget that it shares with other worlds', () => {
    const places = createRequestCache(MEGABYTE / 2);
    const [first, second] = [new Journal(places, 'a', toySecrets()), new Journal(places, 'b', toySecrets())];
    const large = createDraft({ url: `/${'x'.repeat(5000)}`, responseBody: storeBody('x'.repeat(50_000)) });
    const refused = { ...large, status: 400 };
    for (let index = 0; index < 100; index += 1) {
      first.record({ ...large });
      first.record(refused);
    }
    const bytes = (journal: Journal) =>
      journal.newestFirst().reduce((sum, entry) => sum + entry.url.length + (entry.responseBody.bytes?.length ?? 0), 0);
    expect(bytes(first)).toBeGreaterThan(MEGABYTE / 2);
    expect(bytes(first)).toBeLessThan(1.25 * MEGABYTE);
    expect(first.droppedCount).toBe(200 - first.newestFirst().length);

    for (let index = 0; index < 100; index += 1) {
      second.record({ ...large });
      second.record(refused);
    }
    expect(first.newestFirst()).toEqual([]);
    expect(bytes(second)).toBeLessThan(1.25 * MEGABYTE);
  });

  it('releases its budget when it is cleared and never reuses an id', () => {
    const places = createRequestCache(MEGABYTE / 2);
    const journal = new Journal(places, 'a', toySecrets());
    journal.record(createDraft());
    journal.record(createDraft({ status: 400 }));
    journal.empty();
    expect([places.refusals.calculatedSize, places.others.calculatedSize]).toEqual([0, 0]);
    expect([journal.newestFirst(), journal.droppedCount]).toEqual([[], 0]);
    expect(journal.record(createDraft())).toBe(3);
    expect(journal.find('a-r1')).toBeUndefined();
  });

  it('does not keep a request that is larger than its budget', () => {
    const journal = new Journal(createRequestCache(1000), 'a', toySecrets());
    journal.record(createDraft({ url: `/${'x'.repeat(2000)}` }));
    expect([journal.newestFirst(), journal.droppedCount]).toEqual([[], 1]);
  });

  it('knows the ids that it assigned, and no others', () => {
    const journal = new Journal(createRequestCache(MEGABYTE / 2), 'a', toySecrets());
    journal.record(createDraft());
    const ids = ['a-r1', 'a-r2', 'a-r0', 'b-r1', 'a-rx', ''];
    expect(ids.map((id) => journal.numberOf(id))).toEqual([1, null, null, null, null, null]);
  });

  it('notifies listeners of every request and of its end', () => {
    const journal = new Journal(createRequestCache(MEGABYTE / 2), 'a', toySecrets());
    const reported: unknown[] = [];
    const listener = {
      onRecord: ({ id }: { id: string }) => reported.push(id),
      onEnd: (why: string) => reported.push(why),
    };
    const unlisten = journal.listen(listener);
    journal.record(createDraft());
    unlisten();
    journal.record(createDraft());
    journal.listen(listener);
    journal.empty();
    journal.record(createDraft());
    journal.end('deleted');
    journal.end('stopping');
    journal.listen(listener);
    expect(reported).toEqual(['a-r1', 'emptied', 'deleted']);
  });
});

it('a verification does not start to wait after the journal has ended', async () => {
  const journal = new Journal(createRequestCache(MEGABYTE / 2), 'a', toySecrets());
  journal.end('deleted');

  await expect(verify(journal, {}, { atLeast: 1 }, 60_000, new Quota(MEGABYTE))).rejects.toMatchObject({
    reason: 'deleted',
  });
});

describe('a body', () => {
  it('is kept up to 64 kB, with its whole size', () => {
    for (const body of ['x'.repeat(MAX_BODY_LENGTH + 1), Buffer.alloc(MAX_BODY_LENGTH + 1, 'x')]) {
      const { size, bytes } = storeBody(body);
      // Not `toEqual`, which compares each byte as a member.
      expect([size, bytes?.equals(Buffer.alloc(MAX_BODY_LENGTH, 'x'))]).toEqual([MAX_BODY_LENGTH + 1, true]);
    }
    expect(storeBody(undefined)).toMatchObject({ size: 0, bytes: null });
  });
});
