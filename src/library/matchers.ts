import type { DenyReason } from '../decisions/reasons.ts';
import { judgeClient } from './assertions.ts';
import { compareRequests, createErrorAt, type ExpectedRequests, type Outcome, type Receiver } from './received.ts';
import { type Answered, describeMismatch, type ExpectedRefusal } from './refusals.ts';

/** The pending expectations of a test's world. */
export interface Pending {
  /** The matcher of each expectation, by an error created in the line of the expectation. */
  readonly origins: Map<Error, string>;
  isTestOver: boolean;
}

/** The key of a test's world for its pending expectations. */
export const PENDING = Symbol('pending');

/** Returns the pending expectations of a test's world; undefined for any other mock. */
function pendingOf(mock: Receiver): Pending | undefined {
  return (mock as { readonly [PENDING]?: Pending } | undefined)?.[PENDING];
}

/** Checks that every expectation was awaited when the test ends. @throws Error at the line of the expectation */
export function checkAwaited(pending: Pending): void {
  pending.isTestOver = true;
  const [firstEntry] = pending.origins;
  if (firstEntry === undefined) return;
  const [origin, matcher] = firstEntry;
  throw createErrorAt(origin, `\`${matcher}\` was not awaited, so it proves nothing: add \`await\` before \`expect\``);
}

/** Creates a matcher that asks the server. It is pending until the server has responded. */
function createAsyncMatcher<Args extends readonly unknown[]>(
  matcher: string,
  judge: (mock: Receiver, ...args: Args) => Promise<Outcome>,
) {
  return async function (this: { readonly isNot?: boolean }, mock: Receiver, ...args: Args) {
    const origin = new Error();
    const pending = pendingOf(mock);
    pending?.origins.set(origin, matcher);
    try {
      const { pass, message } = await judge(mock, ...args);
      if (pass === Boolean(this.isNot)) throw createErrorAt(origin, message);
    } catch (thrown) {
      // A test that has ended already failed because of an expectation that was not awaited (`checkAwaited`).
      if (pending?.isTestOver !== true) throw thrown;
    } finally {
      pending?.origins.delete(origin);
    }
    // As expected, with or without `not`.
    return { pass: !this.isNot, message: () => '' };
  };
}

/** Matchers for `expect.extend` of vitest or jest: `expect.extend(matchers)`. `nv-auth-mock/vitest` already includes them. */
export const matchers = {
  toBeRefused(response: Answered, expected: DenyReason | ExpectedRefusal) {
    const mismatch = describeMismatch(response, expected);
    return {
      pass: mismatch === null,
      message: () => (mismatch === null ? 'expected the response not to be this refusal' : mismatch),
    };
  },
  toHaveReceived: createAsyncMatcher('toHaveReceived', compareRequests),
  toFetchTokenOnce: createAsyncMatcher('toFetchTokenOnce', (mock) => judgeClient(mock, 'token-fetched-once')),
  toSendTokenWithEveryRequest: createAsyncMatcher('toSendTokenWithEveryRequest', (mock) =>
    judgeClient(mock, 'token-sent-with-every-request'),
  ),
  toGiveUpAfterForbidden: createAsyncMatcher('toGiveUpAfterForbidden', (mock) =>
    judgeClient(mock, 'gave-up-after-forbidden'),
  ),
  toRespectRetryAfter: createAsyncMatcher('toRespectRetryAfter', (mock) => judgeClient(mock, 'respected-retry-after')),
  toCallOnlyDocumentedOperations: createAsyncMatcher('toCallOnlyDocumentedOperations', (mock) =>
    judgeClient(mock, 'called-only-documented-operations'),
  ),
};

/** The types of `matchers`, for the `Matchers` of the test runner. */
export interface MockMatchers<Result = void> {
  /**
   * Passes if the response is a refusal of the mock with this reason.
   *
   * @param expected a reason, optionally with the missing rights
   */
  toBeRefused(expected: DenyReason | ExpectedRefusal): Result;
  /**
   * Passes if a mock, a world, or the result of `connect` received such requests: `await expect(mock).toHaveReceived({
   * operation: 'grant_token', times: 1 })`.
   *
   * @param expected which requests, and how many (`times`, `atLeast` or `atMost`). Default: at least one. With
   * `within`, it waits for them
   */
  toHaveReceived(expected?: ExpectedRequests): Promise<void>;
  /**
   * Passes if no client fetched a token while it had a valid one: `await expect(mock).toFetchTokenOnce()`. Clients may
   * renew a token in the last tenth of its lifetime, and after a 401. Fails if no token was fetched, even with `not`.
   */
  toFetchTokenOnce(): Promise<void>;
  /** Passes if every request that needs a credential had one. Fails if there was no such request, even with `not`. */
  toSendTokenWithEveryRequest(): Promise<void>;
  /**
   * Passes if no client repeated a request after a 403. A repeated request that succeeded doesn't count. Fails if there
   * was no 403, even with `not`.
   */
  toGiveUpAfterForbidden(): Promise<void>;
  /**
   * Passes if no client repeated a request before the time in `Retry-After` had passed, by the clock of the world.
   * Fails if there was no such response, even with `not`.
   */
  toRespectRetryAfter(): Promise<void>;
  /**
   * Passes if every request was for an operation in the current documents. Fails if there was no request, even with
   * `not`.
   */
  toCallOnlyDocumentedOperations(): Promise<void>;
}
