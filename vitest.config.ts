import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Nothing in src keeps state of its own, so files share what they import: a third of the time.
    isolate: false,
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/setup.ts',
    testTimeout: 20_000,
    maxWorkers: '100%',
  },
});
