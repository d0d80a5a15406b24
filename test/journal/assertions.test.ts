import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/decisions/principal.ts';
import { Problem } from '../../src/decisions/problem.ts';
import { judgeClient } from '../../src/journal/assertions.ts';
import { dropBodies, type JournalEntry, NO_BODY, storeBytes, storePayload } from '../../src/journal/entry.ts';
import { withHiddenBodies } from '../../src/journal/view.ts';
import { toySecrets } from './toy-secrets.ts';

const HOUR = 3_600_000;
const alice: Principal = { kind: 'user', id: '1', name: 'alice@acme.test', clientId: 'key-1' };
const bob: Principal = { kind: 'user', id: '2', name: 'bob@acme.test', clientId: 'key-2' };

type Sent = Partial<JournalEntry> & Pick<JournalEntry, 'at'>;

/** The entry of a request that was answered at once. */
const entryOf = (sent: Sent, index: number): JournalEntry => ({
  ...{ secrets: toySecrets(['a-secret-of-the-world']), id: `r${index + 1}`, number: index + 1, world: 'default' },
  ...{ service: 'runai', operation: 'get_users', method: 'GET', url: '/api/v1/users', status: 200, wouldBe: null },
  ...{ principal: alice, reason: null, decision: null, explanation: null, hints: [], fault: null, done: true },
  ...{
    startedAt: index * 10,
    durationMs: 1,
    tokenExpiresAt: null,
    requestHeaders: 'content-type\napplication/json',
    requestBody: NO_BODY,
  },
  ...{ responseHeaders: {}, responseBody: storePayload('{}') },
  ...sent,
});

const judged = (name: string, sent: readonly Sent[], older = 0) =>
  judgeClient(name, sent.map(entryOf), older, ({ operation }) => operation !== 'get_jwks');

/** The numbers of the requests that a failed assertion shows; `passed` for one that passed. */
const shown = (name: string, sent: readonly Sent[]) => {
  const { passed, requests } = judged(name, sent);
  return passed ? 'passed' : requests.map(({ number }) => number);
};

const problemOf = (action: () => unknown): Pick<Problem, 'kind' | 'message'> => {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
  throw new Error('no problem was thrown');
};

const token = (at: number, more: Partial<JournalEntry> = {}): Sent => ({
  ...{ at, operation: 'grant_token', method: 'POST', url: '/api/v1/token', tokenExpiresAt: at + HOUR },
  ...more,
});

describe('token-fetched-once', () => {
  it.each<[string, readonly Sent[]]>([
    ['one token', [token(0), { at: 1 }]],
    ['a token for each client', [token(0), token(1, { principal: bob })]],
    ['a token for each access key of a user', [token(0), token(1, { principal: { ...alice, clientId: 'key-3' } })]],
    ['a new token after the expiry', [token(0), token(HOUR)]],
    ['a new token in the last tenth of its life', [token(0), token(0.9 * HOUR)]],
    ['a new token after a 401', [token(0), { at: 1, status: 401 }, token(2)]],
    ['a new token after a 401 of an unknown caller', [token(0), { at: 1, status: 401, principal: null }, token(2)]],
    ['a token request that gave no token', [token(0), { at: 1, operation: 'grant_token', status: 400 }]],
  ])('passes for %s', (_what, sent) => {
    expect(shown('token-fetched-once', sent)).toBe('passed');
  });

  it.each<[string, readonly Sent[], number[]]>([
    ['a second token', [token(0), { at: 1 }, token(2)], [1, 3]],
    ['a token for each call', [token(0), token(1), token(2)], [1, 2, 3]],
    ['a new token before the last tenth', [token(0), token(0.9 * HOUR - 1)], [1, 2]],
    ['a 401 of another client', [token(0), { at: 1, status: 401, principal: bob }, token(2)], [1, 3]],
    ['a 401 before the first token', [{ at: 0, status: 401 }, token(1), token(2)], [2, 3]],
  ])('fails for %s', (_what, sent, numbers) => {
    expect(shown('token-fetched-once', sent)).toEqual(numbers);
  });
});

describe('token-sent-with-every-request', () => {
  it('passes if each request that needs a credential had one', () => {
    const unneeded: Sent = { at: 1, operation: 'get_jwks', principal: null };
    expect(shown('token-sent-with-every-request', [{ at: 0 }, unneeded])).toBe('passed');
  });

  it('passes for a credential that was refused', () => {
    expect(shown('token-sent-with-every-request', [{ at: 0, status: 401, reason: 'expired_token' }])).toBe('passed');
  });

  it('fails for a request without one', () => {
    const without: Sent = { at: 1, status: 401, reason: 'no_token', principal: null };
    expect(shown('token-sent-with-every-request', [{ at: 0 }, without, { at: 2 }])).toEqual([2]);
  });
});

const forbidden = (at: number, more: Partial<JournalEntry> = {}): Sent => ({ at, status: 403, ...more });
const body = (text: string) => ({ method: 'POST', requestBody: storeBytes(text) });
const withoutBodies = (sent: Sent): Sent => {
  const entry = entryOf(sent, 0);
  dropBodies(entry);
  return { ...sent, requestBody: entry.requestBody };
};

describe('gave-up-after-forbidden', () => {
  it.each<[string, readonly Sent[]]>([
    ['no further request', [forbidden(0)]],
    ['another path', [forbidden(0), forbidden(1, { url: '/api/v1/roles' })]],
    ['another query', [forbidden(0), forbidden(1, { url: '/api/v1/users?limit=1' })]],
    ['another method', [forbidden(0), forbidden(1, { method: 'POST' })]],
    ['another body', [forbidden(0, body('{"a":1}')), forbidden(1, body('{"a":2}'))]],
    ['another principal', [forbidden(0), forbidden(1, { principal: bob })]],
    ['the first request with a credential', [forbidden(0, { principal: null }), forbidden(1)]],
    ['a repeated request that is allowed', [forbidden(0), { at: 1 }]],
    ['a failure after the same request was allowed', [forbidden(0), { at: 1 }, { at: 2, status: 503 }]],
    ['a request that was under way', [forbidden(0, { durationMs: 20 }), forbidden(1)]],
    [
      'a failure after the same request was allowed, whose body was evicted',
      [forbidden(0, body('{"a":1}')), withoutBodies({ at: 1, ...body('{"a":1}') }), forbidden(2, body('{"a":1}'))],
    ],
  ])('passes for %s', (_what, sent) => {
    expect(shown('gave-up-after-forbidden', sent)).toBe('passed');
  });

  it.each<[string, readonly Sent[], number[]]>([
    ['a retry', [forbidden(0), { at: 1, url: '/other' }, forbidden(1)], [1, 3]],
    ['each of many retries', [forbidden(0), forbidden(1), forbidden(2)], [1, 2, 3]],
    ['a retry with the same body', [forbidden(0, body('{"a":1}')), forbidden(1, body('{"a":1}'))], [1, 2]],
    ['a retry that fails in another way', [forbidden(0), { at: 1, status: 503 }], [1, 2]],
    ['a retry of an unknown caller', [forbidden(0, { principal: null }), forbidden(1, { principal: null })], [1, 2]],
    ['a retry without an answer', [forbidden(0), { at: 1, status: null }], [1, 2]],
  ])('fails for %s', (_what, sent, numbers) => {
    expect(shown('gave-up-after-forbidden', sent)).toEqual(numbers);
  });

  it.each([
    ['the same secret', 'a-secret-of-the-world', false],
    ['another secret', 'a-secret-of-the-woods', true],
  ])('compares the body of a request that was shown before, without its secrets: %s', (_what, secret, passed) => {
    const [first, second] = [
      forbidden(0, body('{"clientSecret":"a-secret-of-the-world"}')),
      forbidden(1, body(`{"clientSecret":"${secret}"}`)),
    ].map(entryOf) as [JournalEntry, JournalEntry];
    const entries = [{ ...first, ...withHiddenBodies(first, first.secrets) }, second];
    expect(judgeClient('gave-up-after-forbidden', entries, 0, () => true).passed).toBe(passed);
  });
});

const busy = (at: number, retryAfter: string, more: Partial<JournalEntry> = {}): Sent => ({
  ...{ at, status: 503, responseHeaders: { 'retry-after': retryAfter } },
  ...more,
});

describe('respected-retry-after', () => {
  it.each<[string, readonly Sent[]]>([
    ['a request after the seconds', [busy(0, '2'), { at: 2000 }]],
    ['a request after the date', [busy(0, 'Thu, 01 Jan 1970 00:00:10 GMT'), { at: 10_000 }]],
    ['another path', [busy(0, '2'), { at: 1, url: '/api/v1/roles' }]],
    ['another method', [busy(0, '2'), { at: 1, method: 'POST' }]],
    ['another client', [busy(0, '2'), { at: 1, principal: bob }]],
    ['a request that was under way', [busy(0, '2', { durationMs: 20 }), { at: 0 }]],
    ['an answer that never arrived', [busy(0, '2'), { at: 2000 }, busy(2001, '2', { status: null }), { at: 2002 }]],
    ['a header that is neither', [busy(0, '2'), { at: 2000 }, busy(2001, 'soon'), { at: 2002 }]],
    ['a shorter time that replaces a longer one', [busy(0, '0'), busy(1, '9'), busy(9001, '1'), { at: 10_001 }]],
  ])('passes for %s', (_what, sent) => {
    expect(shown('respected-retry-after', sent)).toBe('passed');
  });

  it.each<[string, readonly Sent[], number[]]>([
    ['a request before the seconds are over', [busy(0, '2'), { at: 1999 }], [1, 2]],
    ['a request before the date', [busy(0, 'Thu, 01 Jan 1970 00:00:10 GMT'), { at: 9999 }], [1, 2]],
    ['another query', [busy(0, '2'), { at: 1, url: '/api/v1/users?limit=1' }], [1, 2]],
    ['an answer without a known client', [busy(0, '2', { principal: null }), { at: 1 }], [1, 2]],
    ['each of many retries', [busy(0, '2'), { at: 1 }, { at: 2 }, { at: 2000 }], [1, 2, 3]],
  ])('fails for %s', (_what, sent, numbers) => {
    expect(shown('respected-retry-after', sent)).toEqual(numbers);
  });
});

describe('called-only-documented-operations', () => {
  it('passes if each request has an operation', () => {
    expect(shown('called-only-documented-operations', [{ at: 0 }, { at: 1, status: 404 }])).toBe('passed');
  });

  it('passes for an operation that the vendor documents and the mock does not emulate', () => {
    const lacking: Sent = { at: 1, operation: null, findings: [{ kind: 'not_emulated', message: 'it is not' }] };
    expect(shown('called-only-documented-operations', [{ at: 0 }, lacking])).toBe('passed');
  });

  it('fails for a request without an operation, and one of another version', () => {
    const other: Sent = { at: 1, operation: null, findings: [{ kind: 'other_version', message: 'it is of 3.0' }] };
    expect(shown('called-only-documented-operations', [{ at: 0, operation: null }, other, { at: 2 }])).toEqual([1, 2]);
  });
});

describe('every assertion', () => {
  it.each<[string, readonly Sent[]]>([
    ['token-fetched-once', [{ at: 0 }]],
    ['token-sent-with-every-request', [{ at: 0, operation: 'get_jwks' }]],
    ['gave-up-after-forbidden', [{ at: 0 }]],
    ['respected-retry-after', [{ at: 0 }]],
    ['called-only-documented-operations', []],
  ])('cannot be judged if no request could have shown the mistake: %s', (name, sent) => {
    expect(problemOf(() => judged(name, sent)).kind).toBe('conflict');
  });

  it('says what was found, and what a correct client does', () => {
    expect(judged('token-fetched-once', [token(0), token(1)]).sentence).toBe(
      'Tokens fetched while the client had a valid one: 1. Expected none: a correct client keeps its token, and fetches the next one shortly before it expires, or after a 401.',
    );
    expect(judged('token-fetched-once', [token(0)]).sentence).toBe(
      'Tokens fetched: 1, none while the client had a valid one.',
    );
    expect(problemOf(() => judged('token-fetched-once', [])).message).toBe(
      'No token was fetched, so `token-fetched-once` cannot be judged. Does the client use this URL?',
    );
  });

  it.each([
    ['it passes', [token(0)]],
    ['it fails', [token(0), token(1)]],
  ])('says how many requests could not be judged: %s', (_when, sent) => {
    expect(judged('token-fetched-once', sent, 3).sentence).toContain(
      'Not judged, because the journal has evicted some of them: 3 older requests.',
    );
    expect(judged('token-fetched-once', sent, 0).sentence).not.toContain('Not judged');
  });

  it.each(['token-fetched-onec', 'constructor', ''])('is found by its name: there is none called %o', (name) => {
    const { kind, message } = problemOf(() => judged(name, [token(0)]));
    expect(kind).toBe('not_found');
    expect(message).toContain('`token-fetched-once`');
  });
});
