import { afterAll, test as base, beforeAll, describe, expect } from 'vitest';
import { printFailure } from './library/failure.ts';
import { checkAwaited, type MockMatchers, matchers, PENDING, type Pending } from './library/matchers.ts';
import { type Mock, type World, type WorldOptions, withLabel } from './library/mock.ts';
import { type MockOptions, startSuiteMock } from './library/start-mock.ts';
import { describeVerifier as describeWith, type VerifierOptions, type Verify } from './library/verifier.ts';

/** Fixtures of a test: a separate world. */
export interface MockFixtures {
  /** Options of the server. Override them per file with `test.extend({ mockOptions: [{...}, { scope: 'worker' }] })`. */
  readonly mockOptions: MockOptions;
  /** Options of the worlds: `test.extend({ worldOptions: { seed: './seed.yaml' } })`. */
  readonly worldOptions: WorldOptions;
  /** The server of the worker, or the one that the run shares (`nv-auth-mock/vitest-setup`), with its default world. */
  readonly mockServer: Mock;
  /**
   * A world with its own credentials, created before the test and deleted after it, also in `test.concurrent`. If the
   * test fails, the latest refusals in its world are printed with their explanations and other possible causes.
   */
  readonly mock: World;
}

/** Any other object gives the file a server of its own. */
const DEFAULT_OPTIONS: MockOptions = Object.freeze({});

/** vitest's `test` with a world: `test('...', async ({ mock }) => { ... })`. */
export const test = base.extend<MockFixtures>({
  mockOptions: [DEFAULT_OPTIONS, { scope: 'worker' }],
  worldOptions: {},
  mockServer: [
    async ({ mockOptions }, use) => {
      const server = await startSuiteMock(mockOptions, mockOptions === DEFAULT_OPTIONS);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  mock: async ({ mockServer, worldOptions, task: { fullName }, onTestFinished, onTestFailed }, use) => {
    const world = await mockServer.world(withLabel(fullName, worldOptions));
    const pending: Pending = { origins: new Set(), isTestOver: false };
    Object.assign(world, { [PENDING]: pending });
    // Not after `use`, because hooks registered by the test run later and may still need the world. These hooks are
    // registered first, so they run last; hooks for failures run after all others.
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
 * Tries the code under test with every token of the zoo, one test each. A test fails only if the code accepts what it
 * must refuse, or refuses what it must accept.
 *
 * @param verify refuses a token by throwing or rejecting
 */
export function describeVerifier(verify: Verify, options: Omit<VerifierOptions, 'hooks'> = {}): void {
  // Uses the plain `test` without a world.
  describeWith(verify, { ...options, hooks: { describe, it: base, beforeAll, afterAll } });
}

expect.extend(matchers);

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends MockMatchers<T> {}
}

export { expect };
