import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/decisions/principal.ts';
import { Problem } from '../../src/decisions/problem.ts';
import { judgeClient } from '../../src/journal/assertions.ts';
import { dropBodies, type JournalEntry, storeBytes, storePayload } from '../../src/journal/entry.ts';
import { withHiddenBodies } from '../../src/journal/view.ts';
import { toyDraft } from './toy-draft.ts';
import { toySecrets } from './toy-secrets.ts';

const HOUR = 3_600_000;
const alice: Principal = { kind: 'user', id: '1', name: 'alice@acme.test', clientId: 'key-1' };
const bob: Principal = { kind: 'user', id: '2', name: 'bob@acme.test', clientId: 'key-2' };

type EntryParts = Partial<JournalEntry> & Pick<JournalEntry, 'at'>;

/** The entry of a request that was answered at once. */
const createEntry = (parts: EntryParts, index: number): JournalEntry => ({
  ...toyDraft({
    operation: 'get_users',
    method: 'GET',
    url: '/api/v1/users',
    principal: alice,
    startedAt: index * 10,
    requestHeaders: 'content-type\napplication/json',
    responseBody: storePayload('{}'),
  }),
  secrets: toySecrets(['a-secret-of-the-world']),
  id: `r${index + 1}`,
  number: index + 1,
  ...parts,
});

const judge = (name: string, entries: readonly EntryParts[], older = 0) =>
  judgeClient(name, entries.map(createEntry), older, ({ operation }) => operation !== 'get_jwks');

/** The numbers of the requests of a failed assertion, or `passed`. */
const listFailures = (name: string, entries: readonly EntryParts[]) => {
  const { passed, requests } = judge(name, entries);
  return passed ? 'passed' : requests.map(({ number }) => number);
};

const catchProblem = (action: () => unknown): Pick<Problem, 'kind' | 'message'> => {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
  throw new Error('no problem was thrown');
};

const token = (at: number, more: Partial<JournalEntry> = {}): EntryParts => ({
  at,
  operation: 'grant_token',
  method: 'POST',
  url: '/api/v1/token',
  tokenExpiresAt: at + HOUR,
  ...more,
});

describe('token-fetched-once', () => {
  it.each<[string, readonly EntryParts[]]>([
    ['one token', [token(0), { at: 1 }]],
    ['a token for each client', [token(0), token(1, { principal: bob })]],
    ['a token for each access key of a user', [token(0), token(1, { principal: { ...alice, clientId: 'key-3' } })]],
    ['a new token after the expiry', [token(0), token(HOUR)]],
    ['a new token in the last tenth of its life', [token(0), token(0.9 * HOUR)]],
    ['a new token after a 401', [token(0), { at: 1, status: 401 }, token(2)]],
    ['a new token after a 401 of an unknown caller', [token(0), { at: 1, status: 401, principal: null }, token(2)]],
    ['a token request without a token in its response', [token(0), { at: 1, operation: 'grant_token', status: 400 }]],
  ])('passes for %s', (_what, entries) => {
    expect(listFailures('token-fetched-once', entries)).toBe('passed');
  });

  it.each<[string, readonly EntryParts[], number[]]>([
    ['a second token', [token(0), { at: 1 }, token(2)], [1, 3]],
    ['a token for each call', [token(0), token(1), token(2)], [1, 2, 3]],
    ['a new token before the last tenth', [token(0), token(0.9 * HOUR - 1)], [1, 2]],
    ['a 401 of another client', [token(0), { at: 1, status: 401, principal: bob }, token(2)], [1, 3]],
    ['a 401 before the first token', [{ at: 0, status: 401 }, token(1), token(2)], [2, 3]],
  ])('fails for %s', (_what, entries, numbers) => {
    expect(listFailures('token-fetched-once', entries)).toEqual(numbers);
  });
});

describe('token-sent-with-every-request', () => {
  it('passes if each request that needs a credential has one', () => {
    const unneeded: EntryParts = { at: 1, operation: 'get_jwks', principal: null };
    expect(listFailures('token-sent-with-every-request', [{ at: 0 }, unneeded])).toBe('passed');
  });

  it('passes for a rejected credential', () => {
    expect(listFailures('token-sent-with-every-request', [{ at: 0, status: 401, reason: 'expired_token' }])).toBe(
      'passed',
    );
  });

  it('fails for a request without a credential', () => {
    const without: EntryParts = { at: 1, status: 401, reason: 'no_token', principal: null };
    expect(listFailures('token-sent-with-every-request', [{ at: 0 }, without, { at: 2 }])).toEqual([2]);
  });
});

const forbidden = (at: number, more: Partial<JournalEntry> = {}): EntryParts => ({ at, status: 403, ...more });
const body = (text: string) => ({ method: 'POST', requestBody: storeBytes(text) });
const withoutBodies = (parts: EntryParts): EntryParts => {
  const entry = createEntry(parts, 0);
  dropBodies(entry);
  return { ...parts, requestBody: entry.requestBody };
};

describe('gave-up-after-forbidden', () => {
  it.each<[string, readonly EntryParts[]]>([
    ['no further request', [forbidden(0)]],
    ['another path', [forbidden(0), forbidden(1, { url: '/api/v1/roles' })]],
    ['another query', [forbidden(0), forbidden(1, { url: '/api/v1/users?limit=1' })]],
    ['another method', [forbidden(0), forbidden(1, { method: 'POST' })]],
    ['another body', [forbidden(0, body('{"a":1}')), forbidden(1, body('{"a":2}'))]],
    ['another principal', [forbidden(0), forbidden(1, { principal: bob })]],
    ['the first request with a credential', [forbidden(0, { principal: null }), forbidden(1)]],
    ['a repeated request that is allowed', [forbidden(0), { at: 1 }]],
    ['a failure after the same request was allowed', [forbidden(0), { at: 1 }, { at: 2, status: 503 }]],
    ['a concurrent request', [forbidden(0, { durationMs: 20 }), forbidden(1)]],
    [
      'a failure after the same request was allowed and its body was evicted',
      [forbidden(0, body('{"a":1}')), withoutBodies({ at: 1, ...body('{"a":1}') }), forbidden(2, body('{"a":1}'))],
    ],
  ])('passes for %s', (_what, entries) => {
    expect(listFailures('gave-up-after-forbidden', entries)).toBe('passed');
  });

  it.each<[string, readonly EntryParts[], number[]]>([
    ['a retry', [forbidden(0), { at: 1, url: '/other' }, forbidden(1)], [1, 3]],
    ['each of many retries', [forbidden(0), forbidden(1), forbidden(2)], [1, 2, 3]],
    ['a retry with the same body', [forbidden(0, body('{"a":1}')), forbidden(1, body('{"a":1}'))], [1, 2]],
    ['a retry that fails in another way', [forbidden(0), { at: 1, status: 503 }], [1, 2]],
    ['a retry of an unknown caller', [forbidden(0, { principal: null }), forbidden(1, { principal: null })], [1, 2]],
    ['a retry without a response', [forbidden(0), { at: 1, status: null }], [1, 2]],
  ])('fails for %s', (_what, entries, numbers) => {
    expect(listFailures('gave-up-after-forbidden', entries)).toEqual(numbers);
  });

  it.each([
    ['the same secret', 'a-secret-of-the-world', false],
    ['another secret', 'a-secret-of-the-woods', true],
  ])('compares bodies even if the secrets of the first are already hidden: %s', (_what, secret, passed) => {
    const [first, second] = [
      forbidden(0, body('{"clientSecret":"a-secret-of-the-world"}')),
      forbidden(1, body(`{"clientSecret":"${secret}"}`)),
    ].map(createEntry) as [JournalEntry, JournalEntry];
    const entries = [{ ...first, ...withHiddenBodies(first, first.secrets) }, second];
    expect(judgeClient('gave-up-after-forbidden', entries, 0, () => true).passed).toBe(passed);
  });
});

const busy = (at: number, retryAfter: string, more: Partial<JournalEntry> = {}): EntryParts => ({
  at,
  status: 503,
  responseHeaders: { 'retry-after': retryAfter },
  ...more,
});

describe('respected-retry-after', () => {
  it.each<[string, readonly EntryParts[]]>([
    ['a request after the seconds', [busy(0, '2'), { at: 2000 }]],
    ['a request after the date', [busy(0, 'Thu, 01 Jan 1970 00:00:10 GMT'), { at: 10_000 }]],
    ['another path', [busy(0, '2'), { at: 1, url: '/api/v1/roles' }]],
    ['another method', [busy(0, '2'), { at: 1, method: 'POST' }]],
    ['another client', [busy(0, '2'), { at: 1, principal: bob }]],
    ['a concurrent request', [busy(0, '2', { durationMs: 20 }), { at: 0 }]],
    ['a response that never arrived', [busy(0, '2'), { at: 2000 }, busy(2001, '2', { status: null }), { at: 2002 }]],
    ['a header that is neither', [busy(0, '2'), { at: 2000 }, busy(2001, 'soon'), { at: 2002 }]],
    ['a shorter time that replaces a longer one', [busy(0, '0'), busy(1, '9'), busy(9001, '1'), { at: 10_001 }]],
  ])('passes for %s', (_what, entries) => {
    expect(listFailures('respected-retry-after', entries)).toBe('passed');
  });

  it.each<[string, readonly EntryParts[], number[]]>([
    ['a request before the seconds are over', [busy(0, '2'), { at: 1999 }], [1, 2]],
    ['a request before the date', [busy(0, 'Thu, 01 Jan 1970 00:00:10 GMT'), { at: 9999 }], [1, 2]],
    ['another query', [busy(0, '2'), { at: 1, url: '/api/v1/users?limit=1' }], [1, 2]],
    ['a response without a known client', [busy(0, '2', { principal: null }), { at: 1 }], [1, 2]],
    ['each of many retries', [busy(0, '2'), { at: 1 }, { at: 2 }, { at: 2000 }], [1, 2, 3]],
  ])('fails for %s', (_what, entries, numbers) => {
    expect(listFailures('respected-retry-after', entries)).toEqual(numbers);
  });
});

describe('called-only-documented-operations', () => {
  it('passes if each request has an operation', () => {
    expect(listFailures('called-only-documented-operations', [{ at: 0 }, { at: 1, status: 404 }])).toBe('passed');
  });

  it('passes for a documented operation that the mock does not emulate', () => {
    const lacking: EntryParts = { at: 1, operation: null, findings: [{ kind: 'not_emulated', message: 'it is not' }] };
    expect(listFailures('called-only-documented-operations', [{ at: 0 }, lacking])).toBe('passed');
  });

  it('fails for a request without an operation, and for one of another version', () => {
    const other: EntryParts = {
      at: 1,
      operation: null,
      findings: [{ kind: 'other_version', message: 'it is of 3.0' }],
    };
    expect(listFailures('called-only-documented-operations', [{ at: 0, operation: null }, other, { at: 2 }])).toEqual([
      1, 2,
    ]);
  });
});

describe('every assertion', () => {
  it.each<[string, readonly EntryParts[]]>([
    ['token-fetched-once', [{ at: 0 }]],
    ['token-sent-with-every-request', [{ at: 0, operation: 'get_jwks' }]],
    ['gave-up-after-forbidden', [{ at: 0 }]],
    ['respected-retry-after', [{ at: 0 }]],
    ['called-only-documented-operations', []],
  ])('cannot be judged if no request could contain the mistake: %s', (name, entries) => {
    expect(catchProblem(() => judge(name, entries)).kind).toBe('conflict');
  });

  it('describes the result and the behaviour of a correct client', () => {
    expect(judge('token-fetched-once', [token(0), token(1)]).sentence).toBe(
      'Tokens fetched while the client had a valid one: 1. Expected none: a correct client keeps its token, and fetches the next one shortly before it expires, or after a 401.',
    );
    expect(judge('token-fetched-once', [token(0)]).sentence).toBe(
      'Tokens fetched: 1, none while the client had a valid one.',
    );
    expect(catchProblem(() => judge('token-fetched-once', [])).message).toBe(
      'No token was fetched, so `token-fetched-once` cannot be judged. Does the client use this URL?',
    );
  });

  it.each([
    ['it passes', [token(0)]],
    ['it fails', [token(0), token(1)]],
  ])('contains the number of requests that could not be judged: %s', (_when, entries) => {
    expect(judge('token-fetched-once', entries, 3).sentence).toContain(
      'Not judged, because the journal has evicted some of them: 3 older requests.',
    );
    expect(judge('token-fetched-once', entries, 0).sentence).not.toContain('Not judged');
  });

  it.each(['token-fetched-onec', 'constructor', ''])('is found by its name, and none is named %o', (name) => {
    const { kind, message } = catchProblem(() => judge(name, [token(0)]));
    expect(kind).toBe('not_found');
    expect(message).toContain('`token-fetched-once`');
  });
});
