import { defineConfig } from 'vitest/config';

/** What several processes on one database do uses all of the machine, so its files run one after the other. */
const ALONE = { fileParallelism: false, hookTimeout: 60_000 };

/**
 * Tests that start processes, pack and install the package, need PostgreSQL or a browser, or hold many worlds or lines for
 * seconds: `npm run test:e2e`, and `npm run test:replicas` for several processes on one database.
 */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    globalSetup: ['test/support/setup.ts', 'test/support/postgres-offer.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.ts'],
          exclude: ['test/replicas/**'],
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { ...ALONE, name: 'replicas', include: ['test/replicas/**/*.e2e.ts'], testTimeout: 240_000 },
      },
      {
        extends: true,
        test: {
          ...ALONE,
          name: 'round robin',
          include: [
            'test/services/**/*.test.ts',
            'test/scenarios/**/*.test.ts',
            'test/scenarios/{broken-answers,fifty-worlds,worlds-apart}.e2e.ts',
          ],
          isolate: false,
          setupFiles: 'test/support/round-robin.ts',
          testTimeout: 60_000,
          provide: { roundRobin: true },
        },
      },
    ],
  },
});
