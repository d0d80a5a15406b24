import { statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { createRunFolder } from './test/support/run-folder.ts';

/**
 * A folder for this run: in memory, if there is room. What a file promises about a disk is tested by processes that are
 * killed (`vitest.e2e.config.ts`).
 */
function createFolder(): string {
  let parent = tmpdir();
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize > 2 ** 30) parent = '/dev/shm';
  } catch {
    // Other systems have no such folder.
  }
  return createRunFolder(parent);
}

/**
 * What a test makes is garbage soon after: a young generation that is large from the start spares the collector. And what a
 * test calls often, the next one does not call at all: V8 of Node 20 optimizes less of it. Newer ones do not know that flag.
 */
function v8Flags(): string[] {
  const memory = ['--min-semi-space-size=64', '--max-semi-space-size=128'];
  return process.versions.node.startsWith('20.') ? [...memory, '--interrupt-budget=800000'] : memory;
}

/** Tests that look into files with better-sqlite3, which cannot be installed on every machine. */
const LOOKING_INTO_FILES = ['data-file', 'drivers', 'log'];

function excluded(): string[] {
  try {
    createRequire(import.meta.url).resolve('better-sqlite3');
    return configDefaults.exclude;
  } catch {
    process.stdout.write('SKIP: tests that look into data files, because better-sqlite3 is not installed\n');
    return [...configDefaults.exclude, ...LOOKING_INTO_FILES.map((name) => `test/store/${name}.test.ts`)];
  }
}

/**
 * What runs in one process and in no time. What does not is `vitest.e2e.config.ts`; what takes minutes,
 * `vitest.long.config.ts`.
 */
export default defineConfig({
  test: {
    // Nothing in src keeps state of its own, so files share what they import: a third of the time.
    isolate: false,
    include: ['{test,conformance,console}/**/*.test.ts'],
    exclude: excluded(),
    globalSetup: 'test/support/setup.ts',
    // More than the defaults of one, five and ten seconds, for a busy machine.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each worker loads and compiles everything anew, which takes it three seconds.
    maxWorkers: availableParallelism(),
    // A source that has not changed is not transformed again. `npx vitest run --clearCache` empties the cache.
    experimental: { fsModuleCache: true },
    execArgv: v8Flags(),
    env: { TMPDIR: createFolder() },
  },
});
