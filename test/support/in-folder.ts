import { rm } from 'node:fs/promises';
import { test } from 'vitest';
import { emptyFolder } from './folder.ts';

/** Tests that can use an empty folder. */
export const it = test.extend<{ folder: string }>({
  folder: async ({ onTestFinished }, use) => {
    const folder = await emptyFolder();
    // Registered first, so it runs last: closing a server may still write to the folder.
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await use(folder);
  },
});
