import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import ofRoot from '../vitest.config.ts';

/** The tests of the console that run in one process, as `npm test` at the root runs them. */
export default defineConfig({
  ...ofRoot,
  root: fileURLToPath(new URL('../', import.meta.url)),
  test: { ...ofRoot.test, include: ['console/test/**/*.test.ts'] },
});
