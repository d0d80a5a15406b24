import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../src/store/index.ts';
import { openMemory } from '../../src/store/memory.ts';
import type { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { NO_ROWS } from '../../src/store/state.ts';
import { openFile } from '../support/data-file.ts';
import { emptyFolder } from '../support/folder.ts';
import { fullStore } from '../support/nouns.ts';
import type { Bench } from './contract.ts';

/** @param step returns the store for the next step, and closes the previous store if it is another one */
function createBench(
  store: Store,
  step: (store: Store) => Promise<Store>,
  {
    usesWrittenIn = 0,
    end = async () => {},
  }: { readonly usesWrittenIn?: number; readonly end?: () => Promise<void> } = {},
): Bench {
  let current = store;
  return {
    usesWrittenIn,
    next: async () => {
      current = await step(current);
      return fullStore(current);
    },
    end: async () => {
      await current.close();
      await end();
    },
  };
}

export const openInMemory = async () => createBench(openMemory(NO_ROWS), async (store) => store);

export const openCopied = async () => {
  return createBench(openMemory(NO_ROWS), async (store) => {
    const copy = openMemory(await store.freeze());
    await store.close();
    return copy;
  });
};

/** Returns a function that opens a store in a file. @param driver the driver that opens the file */
export const openInFile = (driver: SqliteDriver) => async () => {
  const folder = await emptyFolder();
  const open = () => openFile(join(folder, 'mock.db'), driver);
  const reopen = async (store: Store) => {
    await store.close();
    return open();
  };
  return createBench(await open(), reopen, { usesWrittenIn: 1100, end: () => rm(folder, { recursive: true }) });
};
