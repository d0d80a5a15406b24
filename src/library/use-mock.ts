import { printRefusals } from './refusals.ts';
import { type MockOptions, startMock } from './start-mock.ts';
import type { Mock, World, WorldOptions } from './world.ts';

/** The hooks of a test runner: `{ beforeAll: before, beforeEach, afterEach, afterAll: after }` of node:test, or jest's own. */
export interface TestHooks {
  beforeAll(hook: () => Promise<void>): void;
  beforeEach(hook: () => Promise<void>): void;
  /** Where it is given and its hook is told that the test failed, as by node:test, the last refusals are printed. */
  afterEach?(hook: (...given: readonly unknown[]) => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

/**
 * One server for a file of tests, and a world with credentials of its own for each of them: made before the test, deleted
 * after it. It is for tests that run one after another; those that run at the same time take a world each, by
 * `await using world = await mock().world()`.
 *
 * @param options of the server
 * @param worldOptions of the worlds
 * @returns the world of the test that runs; outside of tests the server itself, whose URL leads to the world of each test
 * by the credentials of that world. It throws before the first `beforeAll`
 */
export function useMock(hooks: TestHooks, options: MockOptions = {}, worldOptions: WorldOptions = {}): () => World {
  let server: Mock | undefined;
  /** The worlds of tests that stand in one another, as those of node:test may, the innermost last. */
  const worlds: World[] = [];
  const running = (): Mock => {
    if (server === undefined)
      throw new Error('the mock starts before the first test: call `mock()` inside a test or a hook');
    return server;
  };
  const mock = () => worlds.at(-1) ?? running();
  checkHooks(hooks);
  // No hook names a parameter: jest and mocha take it for a callback, and wait until it is called.
  hooks.beforeAll(async () => {
    server = await startMock(options);
  });
  hooks.beforeEach(async () => {
    // Nobody says that a test has ended where there is no such hook.
    if (hooks.afterEach === undefined) await worlds.pop()?.stop();
    worlds.push(await running().world(worldOptions));
  });
  hooks.afterEach?.(async (...[context]) => {
    const world = worlds.pop();
    if (world === undefined) return;
    if ((context as { passed?: unknown } | undefined)?.passed === false) await printRefusals(world);
    await world.stop();
  });
  hooks.afterAll(async () => {
    worlds.length = 0;
    await running().stop();
  });
  return mock;
}

/** Runners call their hooks otherwise; node:test, for one, has no `beforeAll`. @throws TypeError naming those that are missing */
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
