import type { DenyReason } from '../decisions/reasons.ts';
import { judgeClient } from './assertions.ts';
import { type ExpectedRequests, errorAt, type Judgement, judgeRequests, type Receiver } from './received.ts';
import { type Answered, type ExpectedRefusal, refusalFault } from './refusals.ts';

/** The pending expectations of a test's world. */
export interface Pending {
  /** The matcher of each, by an error made where it was written. */
  readonly places: Map<Error, string>;
  isTestOver: boolean;
}

/** The worlds that tests have. */
export const PENDING = Symbol('pending');

function pendingOf(mock: Receiver): Pending | undefined {
  return (mock as { readonly [PENDING]?: Pending } | undefined)?.[PENDING];
}

/** An expectation that is pending when its test is over was not awaited. @throws Error at the line of the expectation */
export function checkAwaited(pending: Pending): void {
  pending.isTestOver = true;
  const [first] = pending.places;
  if (first === undefined) return;
  const [place, matcher] = first;
  throw errorAt(place, `\`${matcher}\` was not awaited, so it proves nothing: write \`await\` before \`expect\``);
}

/** A matcher that asks the server; it is pending in its test until the answer is there. */
function asyncMatcher<More extends readonly unknown[]>(
  matcher: string,
  judge: (mock: Receiver, ...more: More) => Promise<Judgement>,
) {
  return async function (this: { readonly isNot?: boolean }, mock: Receiver, ...more: More) {
    const place = new Error();
    const pending = pendingOf(mock);
    pending?.places.set(place, matcher);
    try {
      const { pass, message } = await judge(mock, ...more);
      if (pass === Boolean(this.isNot)) throw errorAt(place, message);
    } catch (thrown) {
      // Its test has failed already.
      if (pending?.isTestOver !== true) throw thrown;
    } finally {
      pending?.places.delete(place);
    }
    return { pass: !this.isNot, message: () => '' };
  };
}

/** Matchers for `expect.extend` of vitest or jest: `expect.extend(matchers)`. `nv-auth-mock/vitest` has them already. */
export const matchers = {
  toBeRefused(answer: Answered, expected: DenyReason | ExpectedRefusal) {
    const fault = refusalFault(answer, expected);
    return {
      pass: fault === null,
      message: () => (fault === null ? 'expected the answer not to be this refusal' : fault),
    };
  },
  toHaveReceived: asyncMatcher('toHaveReceived', judgeRequests),
  toFetchTokenOnce: asyncMatcher('toFetchTokenOnce', (mock) => judgeClient(mock, 'token-fetched-once')),
  toSendTokenWithEveryRequest: asyncMatcher('toSendTokenWithEveryRequest', (mock) =>
    judgeClient(mock, 'token-sent-with-every-request'),
  ),
  toGiveUpAfterForbidden: asyncMatcher('toGiveUpAfterForbidden', (mock) =>
    judgeClient(mock, 'gave-up-after-forbidden'),
  ),
  toRespectRetryAfter: asyncMatcher('toRespectRetryAfter', (mock) => judgeClient(mock, 'respected-retry-after')),
  toCallOnlyDocumentedOperations: asyncMatcher('toCallOnlyDocumentedOperations', (mock) =>
    judgeClient(mock, 'called-only-documented-operations'),
  ),
};

/** The types of `matchers`, for the `Matchers` of the test runner. */
export interface MockMatchers<Result = void> {
  /**
   * The answer is a refusal of the mock for this reason.
   *
   * @param expected a reason, optionally with the missing rights
   */
  toBeRefused(expected: DenyReason | ExpectedRefusal): Result;
  /**
   * Such requests came to a mock, a world, or the result of `connect`: `await expect(mock).toHaveReceived({ operation:
   * 'grant_token', times: 1 })`.
   *
   * @param expected which requests and, by `times`, `atLeast` or `atMost`, how many. Default: at least one; with
   * `within` it waits for them
   */
  toHaveReceived(expected?: ExpectedRequests): Promise<void>;
  /**
   * No client fetched a token while it had a valid one: `await expect(mock).toFetchTokenOnce()`. A client may renew its
   * token in the last tenth of the token's life, and after a 401. Without any token it fails, even with `not`.
   */
  toFetchTokenOnce(): Promise<void>;
  /** Each request that needs a credential had one. Without any such request it fails, even with `not`. */
  toSendTokenWithEveryRequest(): Promise<void>;
  /**
   * No client repeated a request after a 403. A repeated request that was allowed does not count. Without any 403 it
   * fails, even with `not`.
   */
  toGiveUpAfterForbidden(): Promise<void>;
  /**
   * No client repeated a request before the time in `Retry-After` had passed, by the clock of the world. Without any
   * such answer it fails, even with `not`.
   */
  toRespectRetryAfter(): Promise<void>;
  /** Each request had an operation in the documents in force. Without any request it fails, even with `not`. */
  toCallOnlyDocumentedOperations(): Promise<void>;
}
