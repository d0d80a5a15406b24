import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Draft, storeBody } from '../../src/journal/entry.ts';
import { createRequestCache, Journal, LongWork } from '../../src/journal/journal.ts';
import { createFingerprint } from '../../src/journal/known-secrets.ts';
import { verify } from '../../src/journal/verify.ts';
import { viewEntry } from '../../src/journal/view.ts';
import { Quota } from '../../src/lib/memory.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

const SECRET = 'a-secret-of-the-world';

const createDraft = (operation: string, body: object): Draft =>
  toyDraft({
    operation,
    url: '/api/v1/things',
    status: 201,
    requestHeaders: 'content-type\napplication/json',
    requestBody: storeBody(JSON.stringify(body)),
    responseBody: storeBody('{}'),
  });

/** A journal that counts the bodies in which it hides secrets: each body has its own text. */
function createCountingJournal() {
  const hidden = new Set<string>();
  const known = toySecrets([SECRET]);
  const has = (text: string) => {
    if (text.startsWith('number-')) hidden.add(text);
    return known.has(text);
  };
  return { journal: new Journal(createRequestCache(32 * 1024 * 1024), 's', { ...known, has }), hidden };
}

const quota = new Quota(100_000);
const verifyOnce = (journal: Journal, match: object) => verify(journal, match, { atLeast: 1 }, 0, quota);

describe('a verification with a body', () => {
  it('compares bodies as they were sent, without a search for secrets', async () => {
    const { journal, hidden } = createCountingJournal();
    for (let number = 0; number < 1000; number += 1)
      journal.record(createDraft('create', { name: `number-${number}` }));

    expect(await verifyOnce(journal, { body: { name: 'number-7' } })).toMatchObject({ verified: true, count: 1 });
    // The text of the match itself.
    expect([...hidden]).toEqual(['number-7']);
  });

  it('and others that wait parse each body once', async () => {
    const { journal } = createCountingJournal();
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    const texts = ['number-1', 'number-2'].map((name) => JSON.stringify({ name, clientSecret: SECRET }));
    const record = (text: string) =>
      void journal.record({ ...createDraft('create', {}), requestBody: storeBody(text) });
    record(texts[0] ?? '');
    const fingerprint = journal.secrets.fingerprint(SECRET);
    const waiting = [{ name: 'none' }, { clientSecret: fingerprint }, { name: 'number-1', clientSecret: SECRET }].map(
      (body) => verify(journal, { body }, { times: 7 }, 100, quota),
    );
    record(texts[1] ?? '');
    await Promise.all(waiting);
    for (const entry of journal.newestFirst()) viewEntry(entry);

    expect(texts.map((text) => parse.mock.calls.filter(([parsed]) => parsed === text).length)).toEqual([1, 1]);
  });

  it.each([
    ['as it was sent', () => {}],
    ['after the request was read', (journal: Journal) => void journal.find('s-r1')],
  ])('finds a secret and its fingerprint: %s', async (_when, look) => {
    const { journal } = createCountingJournal();
    journal.record(createDraft('create', { name: 'number-1', clientSecret: SECRET }));
    look(journal);

    for (const clientSecret of [SECRET, journal.secrets.fingerprint(SECRET)]) {
      expect((await verifyOnce(journal, { body: { clientSecret } })).verified).toBe(true);
    }
    for (const clientSecret of ['another', createFingerprint('another', 'a key of tests')]) {
      const { verified, nearest } = await verifyOnce(journal, { body: { clientSecret } });
      expect(verified).toBe(false);
      expect(JSON.stringify(nearest.map(({ differs }) => differs))).toContain('body.clientSecret is `');
      expect(JSON.stringify(nearest.map(({ differs }) => differs))).not.toContain(SECRET);
    }
  });

  it('compares the bodies of the twenty nearest requests, and describes three', async () => {
    const { journal, hidden } = createCountingJournal();
    for (let number = 0; number < 300; number += 1) {
      journal.record(createDraft(number % 10 === 0 ? 'create' : 'list', { name: `number-${number}` }));
    }
    const { nearest } = await verifyOnce(journal, { operation: 'create', body: { name: 'nobody' } });

    expect(nearest).toHaveLength(3);
    expect(nearest.map(({ entry }) => entry.operation)).toEqual(['create', 'create', 'create']);
    expect(nearest[0]?.differs).toEqual(['body.name is `"number-290"`, not `"nobody"`']);
    expect(hidden.size).toBeLessThanOrEqual(20);
  });
});

describe('a verification with an evicted body', () => {
  const journal = new Journal(createRequestCache(4000), 's', toySecrets());
  for (const operation of ['create', 'list']) journal.record(createDraft(operation, { name: 'x'.repeat(3000) }));

  it('counts the requests that it cannot compare', async () => {
    const match = { operation: 'create', body: { name: 'x'.repeat(3000) } };
    expect(await verifyOnce(journal, match)).toMatchObject({ verified: false, count: 0, dropped: 1 });
    expect((await verifyOnce(journal, match)).nearest[0]?.differs).toEqual(['body was evicted']);
  });

  it('does not count requests that differ otherwise or match without a body', async () => {
    expect(await verifyOnce(journal, { operation: 'delete', body: {} })).toMatchObject({ dropped: 0 });
    expect(await verifyOnce(journal, { operation: 'create' })).toMatchObject({ verified: true, count: 1, dropped: 0 });
  });
});

describe('verifications that time out together', () => {
  it('describe near misses one after another', async () => {
    const { journal } = createCountingJournal();
    for (let number = 0; number < 50; number += 1) journal.record(createDraft('create', { name: `number-${number}` }));
    const all = Array.from({ length: 20 }, () => verify(journal, { body: { name: 'x' } }, { times: 1 }, 1, quota));
    const ended = await Promise.all(all);

    expect(new Set(ended.map(({ nearest }) => nearest.length))).toEqual(new Set([3]));
    expect(quota.used).toBe(0);
  });
});

describe('work on many requests', () => {
  const keepBusy = (milliseconds: number) => {
    for (const until = performance.now() + milliseconds; performance.now() < until; );
  };

  it('runs piece by piece, even after a failure', async () => {
    const work = new LongWork();
    const done: number[] = [];
    const piece = (number: number) =>
      work.run(async () => {
        done.push(number);
        await new Promise((resolve) => setImmediate(resolve));
        done.push(number);
        if (number === 1) throw new Error('failed');
      });
    const [first, second] = [piece(1), piece(2)];
    await expect(first).rejects.toThrow('failed');
    await second;

    expect(done).toEqual([1, 1, 2, 2]);
  });

  it('is long after ten milliseconds, and not after a pause', async () => {
    const work = new LongWork();
    await work.pause();
    keepBusy(11);
    expect(work.isLong).toBe(true);
    let isAnswered = false;
    setImmediate(() => {
      isAnswered = true;
    });
    await work.pause();

    expect(isAnswered).toBe(true);
  });
});

describe('a verification after its client has disconnected', () => {
  it('ends at once and describes nothing', async () => {
    const { journal } = createCountingJournal();
    journal.record(createDraft('create', { name: 'number-1' }));
    let leave = () => {};
    let isStopped = false;
    const onLeft = (callback: () => void) => {
      leave = callback;
      return () => {
        isStopped = true;
      };
    };
    const waiting = verify(journal, { operation: 'list' }, { times: 1 }, 60_000, quota, onLeft);
    expect(journal.listenerCount).toBe(1);
    leave();

    expect(await waiting).toMatchObject({ verified: false, nearest: [] });
    expect(isStopped).toBe(true);
    expect(journal.listenerCount).toBe(0);
    expect(quota.used).toBe(0);
  });
});
