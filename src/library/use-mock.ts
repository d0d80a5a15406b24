import { printFailure } from './failure.ts';
import { type MockOptions, startMock } from './start-mock.ts';
import { labelled, type Mock, type World, type WorldOptions } from './world.ts';

/** The hooks of a test runner: `{ beforeAll: before, beforeEach, afterEach, afterAll: after }` of node:test, or jest's own. */
export interface TestHooks {
  beforeAll(hook: () => Promise<void>): void;
  beforeEach(hook: (...given: readonly unknown[]) => Promise<void>): void;
  /** If this hook is given, and learns that the test failed, as in node:test, possible causes are printed. */
  afterEach?(hook: (...given: readonly unknown[]) => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

/** Returns the world of the running test. */
export interface MockOfTest {
  /**
   * The world of the running test; outside tests the server itself, whose URL leads to each test's world by the
   * credentials of that world.
   *
   * @throws Error before the first `beforeAll`, and where tests run at the same time: the caller is unknown
   */
  (): World;
  /**
   * A further world of the server. Tests that run at the same time each take one: `await using world = await
   * mock.world()`.
   */
  world(options?: WorldOptions): Promise<World>;
}

/** A test that has begun and not ended. */
interface Running {
  readonly world: World;
  /** With the names of its suites; undefined if the runner does not say. */
  readonly name: string | undefined;
}

/**
 * One server for a file of tests, and a world with credentials of its own for each test: made before the test, deleted
 * after it. It is for tests that run one after another; tests that run at the same time each take a world with `await
 * using world = await mock.world()`.
 *
 * @param options of the server
 * @param worldOptions of the worlds
 */
export function useMock(hooks: TestHooks, options: MockOptions = {}, worldOptions: WorldOptions = {}): MockOfTest {
  let server: Mock | undefined;
  /** More than one if tests are nested (node:test allows it), the innermost last, or if they run at the same time. */
  const tests: Running[] = [];
  /** Have tests run at the same time since the list was last empty? */
  let areMixed = false;
  const running = (): Mock => {
    if (server === undefined)
      throw new Error('the mock starts before the first test: call `mock()` inside a test or a hook');
    return server;
  };
  const worldOfTest = () => {
    const test = tests.at(-1);
    const name = nameInJest();
    if (areMixed || (name !== undefined && name !== test?.name)) throw new Error(MIXED);
    return test?.world ?? running();
  };
  const end = (): World | undefined => {
    const test = tests.pop();
    if (tests.length === 0) areMixed = false;
    return test?.world;
  };
  checkHooks(hooks);
  // The hooks declare no parameter: jest and mocha would take it for a callback, and wait for it to be called.
  hooks.beforeAll(async () => {
    server = await startMock(options);
  });
  hooks.beforeEach(async (...[context]) => {
    // Without such a hook nothing reports that a test has ended.
    if (hooks.afterEach === undefined) await end()?.stop();
    const name = (context as { fullName?: string } | undefined)?.fullName ?? nameInJest();
    const world = await running().world(labelled(name ?? currentNameInJest(), worldOptions));
    areMixed ||= !isInside(tests.at(-1), name);
    tests.push({ world, name });
  });
  hooks.afterEach?.(async (...[context]) => {
    const world = end();
    if (world === undefined) return;
    // Runners pass different arguments to their hooks, or none.
    if ((context as { passed?: unknown } | undefined)?.passed === false) await printFailure(world);
    await world.stop();
  });
  hooks.afterAll(async () => {
    tests.length = 0;
    await running().stop();
  });
  return Object.assign(worldOfTest, { world: (more?: WorldOptions) => running().world(more) });
}

const MIXED =
  'Tests run at the same time here, and `mock()` cannot tell which of them calls it. In each of them, use `await using world = await mock.world()`.';

/** Is it a subtest of the running test, or does none run? */
function isInside(outer: Running | undefined, name: string | undefined): boolean {
  return outer === undefined || (outer.name !== undefined && name?.startsWith(`${outer.name} > `) === true);
}

/**
 * The name of the calling test, in jest, where concurrent tests begin before any hook; undefined outside tests and in
 * other runners.
 */
function nameInJest(): string | undefined {
  return stateOfJest()?.currentConcurrentTestName?.();
}

/** The name of the test that begins, in jest. */
function currentNameInJest(): string | undefined {
  return stateOfJest()?.currentTestName;
}

interface JestState {
  readonly currentTestName?: string;
  currentConcurrentTestName?(): string | undefined;
}

function stateOfJest(): JestState | undefined {
  const { expect } = globalThis as { expect?: { getState?(): JestState } };
  return expect?.getState?.();
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
