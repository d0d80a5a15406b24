/**
 * The contract of a store, on SQLite in all its forms.
 *
 * Breaks with: src/store/collections.ts, src/store/errors.ts,
 * src/store/parts/access-keys.ts, src/store/parts/grants.ts, src/store/parts/identities.ts, src/store/parts/index.ts,
 * src/store/parts/ngc-keys.ts, src/store/parts/records.ts, src/store/parts/rekeying.ts, src/store/parts/settings.ts,
 * src/store/parts/world.ts, src/store/remembering/collections.ts, src/store/sqlite/collections.ts,
 * src/store/sqlite/index.ts, src/store/sqlite/notes.ts, src/store/sqlite/objects.ts, src/store/sqlite/pages.ts,
 * src/store/sqlite/rows.ts, src/store/sqlite/statements.ts, src/store/touched.ts, src/store/turns.ts,
 * src/store/updating.ts
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../src/store/index.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { openSqliteImage, openSqliteStore } from '../../src/store/sqlite/index.ts';
import { emptyFolder } from '../support/folder.ts';
import { type Bench, storeContract } from './contract.ts';
import { collectionsContract } from './contract-collections.ts';
import { imagesContract } from './contract-images.ts';
import { ngcKeysContract } from './contract-ngc-keys.ts';
import { pagesContract } from './contract-pages.ts';
import { rekeyingContract } from './contract-rekeying.ts';
import { revisionsContract } from './contract-revisions.ts';
import { settingsContract } from './contract-settings.ts';

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

const inMemory = async () => benchOn(openSqliteStore(null), async (store) => store);

const resting = async () =>
  benchOn(openSqliteStore(null), async (store) => {
    await store.rest();
    return store;
  });

const copied = async () => {
  const shared = newStoreParts();
  return benchOn(openSqliteStore(null, shared), async (store) => {
    const copy = openSqliteImage(await store.image(), shared);
    await store.close();
    return copy;
  });
};

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
// A copy is another world, whose revisions go on above those of the first.
for (const [kind, bench] of BENCHES) if (bench !== copied) revisionsContract(kind, bench);
