import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { emptyFolder } from '../support/folder.ts';
import { storeContract } from './contract.ts';
import { collectionsContract } from './contract-collections.ts';
import { ngcKeysContract } from './contract-ngc-keys.ts';
import { pagesContract } from './contract-pages.ts';
import { settingsContract } from './contract-settings.ts';

const inMemory = async () => {
  const store = openSqliteStore(null);
  return { next: async () => store, end: () => store.close() };
};

const inFile = async () => {
  const folder = await emptyFolder();
  let store: Store | undefined;
  return {
    next: async () => {
      await store?.close();
      store = openSqliteStore(join(folder, 'mock.db'));
      return store;
    },
    end: async () => {
      await store?.close();
      await rm(folder, { recursive: true });
    },
  };
};

for (const contract of [storeContract, ngcKeysContract, collectionsContract, pagesContract, settingsContract]) {
  contract('SQLite in memory', inMemory);
  contract('SQLite in a file that is closed and opened again between steps', inFile);
}
