import { assertPassed, checkReceiver, formatRequestLines, type Outcome, type Receiver } from './received.ts';
import type { AssertionName } from './requests.ts';

/**
 * Asks the server whether the client has made a mistake, and returns its judgement.
 *
 * @throws TypeError unless it is a mock; MockError if no request could have shown the mistake, so that neither the
 *  assertion nor its negation proves anything
 */
export async function judgeClient(mock: Receiver, assertion: AssertionName): Promise<Outcome> {
  checkReceiver(mock);
  const { passed, sentence, requests } = await mock.requests.judge(assertion);
  // Only a negated expectation reports an assertion that has passed: it expected a mistake.
  const headline = passed ? `expected a mistake; ${sentence}` : sentence;
  return { pass: passed, message: [headline, ...formatRequestLines(requests)].join('\n') };
}

/**
 * Asserts that no client fetched a token while it had a valid one. Clients may renew a token in the last tenth of its
 * lifetime, and after a 401.
 *
 * @throws Error with the token requests; MockError if no token was fetched
 */
export function assertTokenFetchedOnce(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'token-fetched-once'));
}

/**
 * Asserts that every request that needs a credential had one.
 *
 * @throws Error with the requests without a credential; MockError if no request needed one
 */
export function assertTokenSentWithEveryRequest(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'token-sent-with-every-request'));
}

/**
 * Asserts that no client repeated a request after a 403. A repeated request that succeeded doesn't count.
 *
 * @throws Error with the repeated requests; MockError if there was no 403
 */
export function assertGaveUpAfterForbidden(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'gave-up-after-forbidden'));
}

/**
 * Asserts that no client repeated a request before the time in `Retry-After` had passed, by the clock of the world.
 *
 * @throws Error with the repeated requests; MockError if no response had the header
 */
export function assertRespectedRetryAfter(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'respected-retry-after'));
}

/**
 * Asserts that every request was for an operation in the current documents.
 *
 * @throws Error with the other requests; MockError if no request was sent
 */
export function assertCalledOnlyDocumentedOperations(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'called-only-documented-operations'));
}
