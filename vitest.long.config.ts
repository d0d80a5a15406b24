import { defineConfig } from 'vitest/config';

/** Tests that take minutes, each with a command of its own: `npm run fuzz`, `npm run soak`, `npm run test:nodes` and others. */
export default defineConfig({
  test: {
    include: ['{test,console}/**/*.long.ts'],
    globalSetup: 'test/support/setup.ts',
    testTimeout: 3_600_000,
    hookTimeout: 1_200_000,
    disableConsoleIntercept: true,
  },
});
