import { afterAll, test as base, beforeAll, describe, expect } from 'vitest';
import type { DenyReason } from './core/reasons.ts';
import { judgeClient } from './library/assertions.ts';
import { printFailure } from './library/failure.ts';
import { type ExpectedRequests, errorAt, type Judgement, judgeRequests, type Receiver } from './library/received.ts';
import { type Answered, type ExpectedRefusal, refusalFault } from './library/refusals.ts';
import { type MockOptions, startMock } from './library/start-mock.ts';
import { describeVerifier as describeWith, type VerifierOptions, type Verify } from './library/verifier.ts';
import { labelled, type Mock, type World, type WorldOptions } from './library/world.ts';

/** Fixtures of a test: a world of its own. */
export interface MockFixtures {
  /** Options of the server; a file of tests overrides them with `test.extend({ mockOptions: [{...}, { scope: 'worker' }] })`. */
  readonly mockOptions: MockOptions;
  /** Options of the worlds: `test.extend({ worldOptions: { seed: './seed.yaml' } })`. */
  readonly worldOptions: WorldOptions;
  /** One server for each worker, with its default world. All tests of the worker share its state. */
  readonly mockServer: Mock;
  /**
   * A world with credentials of its own, made before the test and deleted after it, in `test.concurrent`, too. When the
   * test fails, the latest refusals in its world are printed with their explanations, and other possible causes.
   */
  readonly mock: World;
}

/** The pending expectations of a test's world. */
interface Pending {
  /** The matcher of each, by an error made where it was written. */
  readonly places: Map<Error, string>;
  isTestOver: boolean;
}

/** The worlds that tests have. */
const PENDING = Symbol('pending');

function pendingOf(mock: Receiver): Pending | undefined {
  return (mock as { readonly [PENDING]?: Pending } | undefined)?.[PENDING];
}

/** An expectation that is pending when its test is over was not awaited. @throws Error at the line of the expectation */
function checkAwaited(pending: Pending): void {
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

/** vitest's `test` with a world: `test('...', async ({ mock }) => { ... })`. */
export const test = base.extend<MockFixtures>({
  mockOptions: [{}, { scope: 'worker' }],
  worldOptions: {},
  mockServer: [
    async ({ mockOptions }, use) => {
      const server = await startMock(mockOptions);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  mock: async ({ mockServer, worldOptions, task: { fullName }, onTestFinished, onTestFailed }, use) => {
    const world = await mockServer.world(labelled(fullName, worldOptions));
    const pending: Pending = { places: new Map(), isTestOver: false };
    Object.assign(world, { [PENDING]: pending });
    // Not after `use`: hooks that a test registers run later, and may still need its world. These hooks, registered
    // first, run last; hooks for failures run after all others.
    onTestFinished(async ({ task }) => {
      checkAwaited(pending);
      if (task.result?.state !== 'fail') await world.stop();
    });
    onTestFailed(async ({ task }) => {
      await printFailure(world, task.name);
      await world.stop();
    });
    await use(world);
  },
});

export const it = test;

/**
 * Tries the code under test with every token of the zoo: one test for each. A test fails only if the code accepts what it
 * must refuse, or refuses what it must accept.
 *
 * @param verify throws, or rejects, to refuse a token
 */
export function describeVerifier(verify: Verify, options: Omit<VerifierOptions, 'hooks'> = {}): void {
  // Not the `test` with a world.
  describeWith(verify, { ...options, hooks: { describe, it: base, beforeAll, afterAll } });
}

expect.extend({
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
});

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> {
    /**
     * The answer is a refusal of the mock for this reason.
     *
     * @param expected a reason, optionally with the missing rights
     */
    toBeRefused(expected: DenyReason | ExpectedRefusal): T;
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
}

export { expect };
