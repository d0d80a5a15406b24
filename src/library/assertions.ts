import { assertPassed, checkReceiver, type Judgement, type Receiver, requestLines } from './received.ts';
import type { AssertionName } from './requests.ts';

/**
 * Lets the server judge the client.
 *
 * @throws TypeError for anything but a mock; MockError if no request could have shown the mistake: then neither the
 *   assertion nor its negation proves anything
 */
export async function judgeClient(mock: Receiver, assertion: AssertionName): Promise<Judgement> {
  checkReceiver(mock);
  const { passed: pass, sentence, requests } = await mock.requests.judge(assertion);
  return { pass, message: [pass ? `expected a mistake; ${sentence}` : sentence, ...requestLines(requests)].join('\n') };
}

/**
 * No client fetched a token while it had a valid one. A client may renew its token in the last tenth of the token's life,
 * and after a 401.
 *
 * @throws Error with the requests for tokens; MockError if no token was fetched
 */
export function assertTokenFetchedOnce(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'token-fetched-once'));
}

/**
 * Each request that needs a credential had one.
 *
 * @throws Error with the requests without one; MockError if no request needed one
 */
export function assertTokenSentWithEveryRequest(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'token-sent-with-every-request'));
}

/**
 * No client repeated a request after a 403. A repeated request that was allowed does not count.
 *
 * @throws Error with the repeated requests; MockError if no request was answered with 403
 */
export function assertGaveUpAfterForbidden(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'gave-up-after-forbidden'));
}

/**
 * No client repeated a request before the time in `Retry-After` had passed, by the clock of the world.
 *
 * @throws Error with the repeated requests; MockError if no answer had the header
 */
export function assertRespectedRetryAfter(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'respected-retry-after'));
}

/**
 * Each request had an operation in the documents in force.
 *
 * @throws Error with the other requests; MockError if no request was sent
 */
export function assertCalledOnlyDocumentedOperations(mock: Receiver): Promise<void> {
  return assertPassed(judgeClient(mock, 'called-only-documented-operations'));
}
