import { defineConfig } from 'vitest/config';
import { instrument } from './test/architecture/trace/instrument.ts';

/**
 * Tests that start processes, pack and install the package, need PostgreSQL or a browser, or hold many worlds or lines for
 * seconds: `npm run test:e2e` (with `npm run trace`), and `npm run test:standby` for several processes on one database.
 */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    globalSetup: ['test/support/setup.ts', 'test/support/tools.ts', 'test/support/postgres-offer.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.ts'],
          exclude: ['test/standby/**', 'test/architecture/trace/**'],
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        extends: true,
        plugins: [instrument],
        test: {
          name: 'trace',
          include: ['test/architecture/trace/*.e2e.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'standby',
          include: ['test/standby/**/*.e2e.ts'],
          // What several processes on one database do uses all of the machine, so these files run one after the other.
          fileParallelism: false,
          hookTimeout: 60_000,
          testTimeout: 240_000,
        },
      },
    ],
  },
});
