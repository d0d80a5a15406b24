import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests of the console in a browser. Their server runs in the process of the tests. */
export default defineConfig({
  root: fileURLToPath(new URL('../', import.meta.url)),
  test: {
    include: ['console/test/**/*.e2e.ts'],
    globalSetup: 'test/support/setup.ts',
    maxWorkers: '100%',
    testTimeout: 60_000,
    isolate: false,
  },
});
