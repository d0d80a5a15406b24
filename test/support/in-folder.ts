import { rm } from 'node:fs/promises';
import { test } from 'vitest';
import { emptyFolder } from './folder.ts';

/** Tests with an empty folder, if they ask for it. */
export const it = test.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads off the pattern what a fixture needs
  folder: async ({}, use) => {
    const folder = await emptyFolder();
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});
