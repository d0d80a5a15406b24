import { defineConfig } from 'vitest/config';

/** Tests of the image, with the container engine of this machine: `npm run image-check`. */
export default defineConfig({
  test: {
    include: ['test/e2e/image/*.image.ts'],
    globalSetup: ['test/support/setup.ts', 'test/e2e/image/setup.ts'],
    // Ctrl+C also reaches worker processes, which would end before they have cleaned up.
    pool: 'threads',
    fileParallelism: false,
    // Images may have to be pulled or built.
    testTimeout: 1_800_000,
    teardownTimeout: 120_000,
    reporters: ['verbose'],
  },
});
