import { printRefusals } from './refusals.ts';
import { type Mock, type MockOptions, startMock } from './start-mock.ts';

/** The hooks of a test runner: `{ beforeAll: before, beforeEach, afterEach, afterAll: after }` of node:test, or jest's own. */
export interface TestHooks {
  beforeAll(hook: () => Promise<void>): void;
  beforeEach(hook: () => Promise<void>): void;
  /** Where it is given and its hook is told that the test failed, as by node:test, the last refusals are printed. */
  afterEach?(hook: (...given: readonly unknown[]) => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

/**
 * One mock for a file of tests, reset before each of them.
 *
 * @returns the mock, once the tests run
 */
export function useMock(hooks: TestHooks, options: MockOptions = {}): () => Mock {
  let running: Mock | undefined;
  const mock = (): Mock => {
    if (running === undefined)
      throw new Error('the mock starts before the first test: call this inside a test or a hook');
    return running;
  };
  hooks.beforeAll(async () => {
    running = await startMock(options);
  });
  hooks.beforeEach(() => mock().reset());
  // No hook names a parameter: jest and mocha take it for a callback, and wait until it is called.
  hooks.afterEach?.(async (...[context]) => {
    if ((context as { passed?: unknown } | undefined)?.passed === false) await printRefusals(mock());
  });
  hooks.afterAll(() => mock().stop());
  return mock;
}
