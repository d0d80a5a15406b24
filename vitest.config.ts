import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Nothing in src keeps state of its own, so files share what they import: a third of the time.
    isolate: false,
    include: ['test/**/*.test.ts'],
    // They use all of the machine, and run by themselves: `npm run test:replicas`.
    exclude: [...configDefaults.exclude, 'test/replicas/**'],
    globalSetup: 'test/support/setup.ts',
    testTimeout: 20_000,
    maxWorkers: '100%',
  },
});
