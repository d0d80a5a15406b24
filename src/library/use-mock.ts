import { printFailure } from './failure.ts';
import { type MockOptions, startMock } from './start-mock.ts';
import type { Mock, World, WorldOptions } from './world.ts';

/** The hooks of a test runner: `{ beforeAll: before, beforeEach, afterEach, afterAll: after }` of node:test, or jest's own. */
export interface TestHooks {
  beforeAll(hook: () => Promise<void>): void;
  beforeEach(hook: () => Promise<void>): void;
  /** If it is given, and its hook is told that the test failed, as in node:test, what may explain it is printed. */
  afterEach?(hook: (...given: readonly unknown[]) => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

/**
 * One server for a file of tests, and a world with credentials of its own for each test: made before the test, deleted
 * after it. It is for tests that run one after another; tests that run at the same time each take a world with `await
 * using world = await mock().world()`.
 *
 * @param options of the server
 * @param worldOptions of the worlds
 * @returns the world of the running test; outside tests the server itself, whose URL leads to each test's world by the
 * credentials of that world. Throws before the first `beforeAll`
 */
export function useMock(hooks: TestHooks, options: MockOptions = {}, worldOptions: WorldOptions = {}): () => World {
  let server: Mock | undefined;
  /** The worlds of nested tests, such as node:test allows, the innermost last. */
  const worlds: World[] = [];
  const running = (): Mock => {
    if (server === undefined)
      throw new Error('the mock starts before the first test: call `mock()` inside a test or a hook');
    return server;
  };
  const mock = () => worlds.at(-1) ?? running();
  checkHooks(hooks);
  // The hooks declare no parameter: jest and mocha would take it for a callback, and wait for it to be called.
  hooks.beforeAll(async () => {
    server = await startMock(options);
  });
  hooks.beforeEach(async () => {
    // Without such a hook nobody reports that a test has ended.
    if (hooks.afterEach === undefined) await worlds.pop()?.stop();
    worlds.push(await running().world(worldOptions));
  });
  hooks.afterEach?.(async (...[context]) => {
    const world = worlds.pop();
    if (world === undefined) return;
    // Runners give their hooks different things, or nothing.
    if ((context as { passed?: unknown } | undefined)?.passed === false) await printFailure(world);
    await world.stop();
  });
  hooks.afterAll(async () => {
    worlds.length = 0;
    await running().stop();
  });
  return mock;
}

/**
 * Runners name their hooks differently; node:test, for one, has no `beforeAll`.
 *
 * @throws TypeError naming the missing ones
 */
function checkHooks(hooks: TestHooks | undefined): void {
  const missing = (['beforeAll', 'beforeEach', 'afterAll'] as const).filter(
    (name) => typeof hooks?.[name] !== 'function',
  );
  if (missing.length === 0) return;
  throw new TypeError(
    `useMock takes the hooks of the test runner; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. In jest: ` +
      '{ beforeAll, beforeEach, afterEach, afterAll }. In node:test: { beforeAll: before, beforeEach, afterEach, afterAll: after }.',
  );
}
