import { rm } from 'node:fs/promises';
import { test } from 'vitest';
import { emptyFolder } from './folder.ts';

/** Tests with an empty folder, if they ask for it. */
export const it = test.extend<{ folder: string }>({
  folder: async ({ onTestFinished }, use) => {
    const folder = await emptyFolder();
    // The first to be registered runs last: what a test registers, such as closing a server, may still write to the folder.
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await use(folder);
  },
});
