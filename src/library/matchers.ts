import type { DenyReason } from '../decisions/reasons.ts';
import { compareRequests, createErrorAt, type ExpectedRequests, type Receiver } from './received.ts';
import { type Answered, describeMismatch, type ExpectedRefusal } from './refusals.ts';

/** The pending expectations of a test's world. */
export interface Pending {
  /** Errors created in the lines of the expectations. */
  readonly origins: Set<Error>;
  isTestOver: boolean;
}

/** The key of a test's world for its pending expectations. */
export const PENDING = Symbol('pending');

/** Checks that every expectation was awaited when the test ends. @throws Error at the line of the expectation */
export function checkAwaited(pending: Pending): void {
  pending.isTestOver = true;
  const [origin] = pending.origins;
  if (origin === undefined) return;
  throw createErrorAt(origin, '`toHaveReceived` was not awaited, so it proves nothing: add `await` before `expect`');
}

/** Asks the server. The expectation is pending until the server has responded. */
async function toHaveReceived(this: { readonly isNot?: boolean }, mock: Receiver, expected?: ExpectedRequests) {
  const origin = new Error();
  // Undefined for any other mock than the world of a test.
  const pending = (mock as { readonly [PENDING]?: Pending } | undefined)?.[PENDING];
  pending?.origins.add(origin);
  try {
    const { pass, message } = await compareRequests(mock, expected);
    if (pass === Boolean(this.isNot)) throw createErrorAt(origin, message);
  } catch (thrown) {
    // A test that has ended already failed because of an expectation that was not awaited (`checkAwaited`).
    if (pending?.isTestOver !== true) throw thrown;
  } finally {
    pending?.origins.delete(origin);
  }
  // As expected, with or without `not`.
  return { pass: !this.isNot, message: () => '' };
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
  toHaveReceived,
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
}
