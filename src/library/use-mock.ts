import { printFailure } from './failure.ts';
import { type Mock, type World, type WorldOptions, withLabel } from './mock.ts';
import { type MockOptions, startSuiteMock } from './start-mock.ts';

/**
 * The hooks of a test runner: `{ beforeAll: before, beforeEach, afterEach, afterAll: after }` of node:test, or jest's
 * own.
 */
export interface TestHooks {
  beforeAll(hook: () => Promise<void>): void;
  beforeEach(hook: (...args: readonly unknown[]) => Promise<void>): void;
  /** With this hook, possible causes are printed if the runner reports failed tests to it, as node:test does. */
  afterEach?(hook: (...args: readonly unknown[]) => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

/** Returns the world of the running test. */
export interface MockOfTest {
  /**
   * Returns the world of the running test. Outside tests, returns the server itself, whose URL works with the
   * credentials of any test's world.
   *
   * @throws Error before the first `beforeAll`, and where tests run concurrently, because the caller is unknown
   */
  (): World;
  /**
   * Creates a further world on the server, for example in each concurrent test: `await using world = await
   * mock.world()`.
   */
  world(options?: WorldOptions): Promise<World>;
}

/**
 * Starts one server for a test file, and creates a world with its own credentials for each test, which is deleted after
 * the test. For tests that run one at a time; concurrent tests each create a world with `await using world = await
 * mock.world()`.
 *
 * @param options the options of the server
 * @param worldOptions the options of the worlds
 */
export function useMock(hooks: TestHooks, options: MockOptions = {}, worldOptions: WorldOptions = {}): MockOfTest {
  let server: Mock | undefined;
  /** Has several entries if tests are nested (possible in node:test; innermost last) or run concurrently. */
  const tests: { readonly world: World; readonly name: string | undefined }[] = [];
  /** Whether tests have run concurrently since the list was last empty. */
  let areConcurrent = false;
  const getServer = (): Mock => {
    if (server === undefined) throw new Error('the mock is not running yet: call `mock()` inside a test or a hook');
    return server;
  };
  const getWorld = () => {
    const test = tests.at(-1);
    const name = findConcurrentTestInJest();
    if (areConcurrent || (name !== undefined && name !== test?.name)) throw new Error(CONCURRENT_TESTS_MESSAGE);
    return test?.world ?? getServer();
  };
  const popWorld = (): World | undefined => {
    const test = tests.pop();
    if (tests.length === 0) areConcurrent = false;
    return test?.world;
  };
  checkHooks(hooks);
  // Hooks without declared parameters, because jest and mocha would wait for a callback.
  hooks.beforeAll(async () => {
    server = await startSuiteMock(options, Object.keys(options).length === 0);
  });
  hooks.beforeEach(async (...[context]) => {
    // Without `afterEach`, nothing else ends the previous test's world.
    if (hooks.afterEach === undefined) await popWorld()?.stop();
    const name = (context as { fullName?: string } | undefined)?.fullName ?? findConcurrentTestInJest();
    const world = await getServer().world(withLabel(name ?? readJestState()?.currentTestName, worldOptions));
    const outer = tests.at(-1);
    const isSubtest = outer?.name !== undefined && name?.startsWith(`${outer.name} > `) === true;
    areConcurrent ||= outer !== undefined && !isSubtest;
    tests.push({ world, name });
  });
  hooks.afterEach?.(async (...[context]) => {
    const world = popWorld();
    if (world === undefined) return;
    // Runners pass different arguments to hooks, or none.
    if ((context as { passed?: unknown } | undefined)?.passed === false) await printFailure(world);
    await world.stop();
  });
  hooks.afterAll(async () => {
    tests.length = 0;
    await getServer().stop();
  });
  return Object.assign(getWorld, { world: (ownOptions?: WorldOptions) => getServer().world(ownOptions) });
}

const CONCURRENT_TESTS_MESSAGE =
  'Tests run concurrently here, so `mock()` cannot know which test calls it. In each test, use `await using world = await mock.world()`.';

/** Returns the name of the calling test in jest, where concurrent tests start before any hook; otherwise undefined. */
function findConcurrentTestInJest(): string | undefined {
  return readJestState()?.currentConcurrentTestName?.();
}

interface JestState {
  readonly currentTestName?: string;
  currentConcurrentTestName?(): string | undefined;
}

function readJestState(): JestState | undefined {
  const { expect } = globalThis as { expect?: { getState?(): JestState } };
  return expect?.getState?.();
}

/** Checks the hooks, because node:test has no `beforeAll`. @throws TypeError with the missing hooks */
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
