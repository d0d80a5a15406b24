import { defineConfig } from 'vitest/config';

/** Several processes on one database: `npm run test:replicas`. They use all of the machine, so files run one after the other. */
export default defineConfig({
  test: {
    include: ['test/replicas/**/*.test.ts'],
    globalSetup: 'test/support/setup.ts',
    testTimeout: 240_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
