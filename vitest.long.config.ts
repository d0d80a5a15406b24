import { defineConfig } from 'vitest/config';

/** Tests that take minutes: `npm run fuzz`, `npm run models`, `npm run fuzz:linear`, `npm run soak`. */
export default defineConfig({
  test: {
    include: ['test/**/*.long.ts'],
    globalSetup: 'test/support/setup.ts',
    testTimeout: 3_600_000,
    disableConsoleIntercept: true,
  },
});
