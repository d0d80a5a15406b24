/**
 * The contract of a store, on SQLite in all its forms.
 *
 * Breaks with: src/store/errors.ts, src/store/memory/decisions.ts, src/store/sqlite/index.ts,
 * src/store/sqlite/access-keys.ts, src/store/sqlite/collections.ts, src/store/sqlite/grants.ts,
 * src/store/sqlite/identities.ts, src/store/sqlite/last-logins.ts, src/store/sqlite/ngc-keys.ts,
 * src/store/sqlite/objects.ts, src/store/sqlite/pages.ts, src/store/sqlite/rekeying.ts, src/store/sqlite/settings.ts,
 * src/store/sqlite/statements.ts, src/store/sqlite/world.ts
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newBudgets } from '../../src/core/held.ts';
import type { Store } from '../../src/store/index.ts';
import { openSqliteImage, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { emptyFolder } from '../support/folder.ts';
import { type Bench, storeContract } from './contract.ts';
import { collectionsContract } from './contract-collections.ts';
import { imagesContract } from './contract-images.ts';
import { ngcKeysContract } from './contract-ngc-keys.ts';
import { pagesContract } from './contract-pages.ts';
import { rekeyingContract } from './contract-rekeying.ts';
import { settingsContract } from './contract-settings.ts';

/** @param step gives the store for the next step, and is done with the one before where that is another */
function benchOn(store: Store, step: (store: Store) => Promise<Store>, end = async () => {}): Bench {
  let current = store;
  return {
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

const inMemory = async () => benchOn(openSqliteStore(null), async (store) => store);

const resting = async () =>
  benchOn(openSqliteStore(null), async (store) => {
    await store.rest();
    return store;
  });

const copied = async () =>
  benchOn(openSqliteStore(null), async (store) => {
    const copy = openSqliteImage(await store.image(), newBudgets());
    await store.close();
    return copy;
  });

const inFile = async () => {
  const folder = await emptyFolder();
  const open = () => openSqliteStore(join(folder, 'mock.db'));
  const reopened = async (store: Store) => {
    await store.close();
    return open();
  };
  return benchOn(open(), reopened, () => rm(folder, { recursive: true }));
};

const BENCHES = [
  ['SQLite in memory', inMemory],
  ['SQLite in memory that rests between steps', resting],
  ['SQLite in memory, copied for each step', copied],
  ['SQLite in a file that is closed and opened again between steps', inFile],
] as const;

const CONTRACTS = [
  ...[storeContract, ngcKeysContract, collectionsContract, pagesContract, settingsContract],
  ...[imagesContract, rekeyingContract],
];

for (const contract of CONTRACTS) {
  for (const [kind, bench] of BENCHES) contract(kind, bench);
}
