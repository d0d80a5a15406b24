import { defineConfig } from 'vitest/config';

/** Several processes on one database: `npm run test:replicas`. They use all of the machine, so files run one after the other. */
export default defineConfig({
  test: {
    globalSetup: 'test/support/setup.ts',
    fileParallelism: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'replicas',
          include: ['test/replicas/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'round robin',
          include: ['test/services/**/*.test.ts', 'test/journeys/**/*.test.ts'],
          isolate: false,
          setupFiles: 'test/support/round-robin.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          provide: { roundRobin: true },
        },
      },
    ],
  },
});
