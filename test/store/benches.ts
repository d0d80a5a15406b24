import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { NO_ROWS } from '../../src/store/state.ts';
import { openFile } from '../support/data-file.ts';
import { emptyFolder } from '../support/folder.ts';
import { fullStore, storeOf } from '../support/nouns.ts';
import type { Bench } from './contract.ts';

export const openInMemory = async (): Promise<Bench> => {
  const store = storeOf(NO_ROWS);
  return { usesWrittenIn: 0, next: async () => store, end: async () => {} };
};

/** Each step gets a copy of the store. */
export const openCopied = async (): Promise<Bench> => {
  let current = storeOf(NO_ROWS);
  const next = async () => {
    current = storeOf(current.collections.freeze());
    return current;
  };
  return { usesWrittenIn: 0, next, end: async () => {} };
};

/** Returns a function that opens a store in a file, which each step closes and reopens. */
export const openInFile = (driver: SqliteDriver) => async (): Promise<Bench> => {
  const folder = await emptyFolder();
  const open = () => openFile(join(folder, 'mock.db'), driver);
  let current = await open();
  const next = async () => {
    await current.close();
    current = await open();
    return fullStore(current);
  };
  const end = async () => {
    await current.close();
    await rm(folder, { recursive: true });
  };
  return { usesWrittenIn: 1100, next, end };
};
