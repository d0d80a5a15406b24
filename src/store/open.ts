import type { Clock } from '../core/clock.ts';
import { Unusable } from '../core/unusable.ts';
import { faultOfData, isPostgresUrl } from './data-option.ts';
import type { Store } from './index.ts';
import { openMemory } from './memory.ts';
import type { StoreParts } from './shared.ts';
import type { SharedWorlds } from './sharing.ts';
import { type FrozenRows, NO_ROWS, rowsIn } from './world-rows.ts';

/** Where the state of a server is. */
export interface Place {
  /** In one word: `memory`, `file` or `postgres`. */
  readonly kind: string;
  /** Does it outlive the process? */
  readonly isKept: boolean;
  /** Real time for all that is in it; null for that of the machine. */
  readonly clock: Clock | null;
  /** The worlds in addition to the default one; null if no other process can use them. */
  readonly worlds: SharedWorlds | null;
  /** The store of the default world. */
  readonly store: Store;
  /** After all stores in it are closed. */
  close(): Promise<void>;
}

/**
 * Opens what `--data` names: a file or a database of PostgreSQL; null keeps the state in memory.
 *
 * @param world the id of the default world
 * @throws Unusable if it cannot be used
 */
export async function openPlace(data: string | null, world: string, shared: StoreParts): Promise<Place> {
  const fault = data === null ? null : faultOfData(data);
  if (fault !== null) throw new Unusable(fault);
  const close = async () => {};
  if (data === null) {
    return { kind: 'memory', isKept: false, clock: null, worlds: null, store: openMemory(NO_ROWS, shared), close };
  }
  if (!isPostgresUrl(data)) {
    // Loaded only by those who have a file.
    const { openDataFile } = await import('./sqlite/index.ts');
    return { kind: 'file', isKept: true, clock: null, worlds: null, store: await openDataFile(data, shared), close };
  }
  // Loaded only by those who have a database.
  const { openPostgres } = await import('./postgres/index.ts');
  const database = await openPostgres(data);
  try {
    const store = await database.store(world, shared);
    const { clock, worlds } = database;
    return { kind: 'postgres', isKept: true, clock, worlds, store, close: () => database.close() };
  } catch (cause) {
    await database.close();
    throw cause;
  }
}

/**
 * Rows as a data file that `--data` opens.
 *
 * @returns the bytes of the file
 * @throws Unusable if there is no driver to write it with
 */
export async function dataFileOf(rows: FrozenRows): Promise<Uint8Array> {
  const { makeDataFile } = await import('./sqlite/index.ts');
  return makeDataFile(rowsIn(rows));
}
