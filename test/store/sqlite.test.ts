import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite/index.ts';
import { emptyFolder } from '../support/folder.ts';
import { storeContract } from './contract.ts';

storeContract('SQLite in memory', async () => {
  const store = openSqliteStore(null);
  return { next: async () => store, end: () => store.close() };
});

storeContract('SQLite in a file that is closed and opened again between steps', async () => {
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
});
