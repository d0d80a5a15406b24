import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../src/store/index.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { openSqliteImage, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { emptyFolder } from '../support/folder.ts';
import type { Bench } from './contract.ts';

/** @param step gives the store for the next step, and is done with the one before where that is another */
function benchOn(store: Store, step: (store: Store) => Promise<Store>, end = async () => {}): Bench {
  let current = store;
  return {
    remembers: true,
    next: async () => {
      current = await step(current);
      return current;
    },
    goOn: async (other) => {
      if (other !== current) await current.close();
      current = other;
      return current;
    },
    end: async () => {
      await current.close();
      await end();
    },
  };
}

export const inMemory = async () => benchOn(openSqliteStore(null), async (store) => store);

export const resting = async () =>
  benchOn(openSqliteStore(null), async (store) => {
    await store.rest();
    return store;
  });

export const copied = async () => {
  const shared = newStoreParts();
  return benchOn(openSqliteStore(null, shared), async (store) => {
    const copy = openSqliteImage(await store.image(), shared);
    await store.close();
    return copy;
  });
};

export const inFile = async () => {
  const folder = await emptyFolder();
  const open = () => openSqliteStore(join(folder, 'mock.db'));
  const reopened = async (store: Store) => {
    await store.close();
    return open();
  };
  return benchOn(open(), reopened, () => rm(folder, { recursive: true }));
};
