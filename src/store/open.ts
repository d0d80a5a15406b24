import type { Clock } from '../core/clock.ts';
import { Unusable } from '../core/unusable.ts';
import { faultOfData, isPostgresUrl } from './data-option.ts';
import type { Store } from './index.ts';
import type { KeptWorlds } from './kept-worlds.ts';
import { openMemory } from './memory.ts';
import type { StoreParts } from './shared.ts';
import type { SharedWorlds } from './sharing.ts';
import { NO_ROWS } from './world-rows.ts';

/** The place of a server's state. */
export interface Place {
  readonly kind: 'memory' | 'file' | 'postgres';
  /** The source of real time; null for the clock of the machine. */
  readonly clock: Clock | null;
  /** The worlds other than the default one; null if no other process can use them. */
  readonly worlds: SharedWorlds | null;
  /** The worlds other than the default one in a data file; null without such a file. */
  readonly kept: KeptWorlds | null;
  /** The driver of the file; null without one. */
  readonly driver: string | null;
  /** The store of the default world. */
  readonly store: Store;
  /** Called when the server has started, which a database may take longer for than for what comes after it. */
  started(): void;
  /** Closes the place, after all of its stores are closed. */
  close(): Promise<void>;
}

/** The members that only some kinds of places have, as the others have them. */
const NOTHING_ELSE = { clock: null, worlds: null, kept: null, driver: null, started: () => {} } as const;

/**
 * Opens the data file or the PostgreSQL database that `--data` names; null keeps the state in memory.
 *
 * @param world the id of the default world
 * @throws Unusable if the file or the database cannot be used
 */
export async function openPlace(data: string | null, world: string, shared: StoreParts): Promise<Place> {
  const fault = data === null ? null : faultOfData(data);
  if (fault !== null) throw new Unusable(fault);
  if (data === null) {
    const store = openMemory(NO_ROWS, shared, shared.state.open());
    return { ...NOTHING_ELSE, kind: 'memory', store, close: async () => {} };
  }
  if (!isPostgresUrl(data)) {
    // Loaded only for a data file.
    const { damagedFile, openDataFile } = await import('./sqlite/index.ts');
    const file = await openDataFile(data, shared);
    try {
      const store = Object.assign(file.open(world), { notices: file.notices });
      const { driver } = file;
      const close = async () => file.close();
      return { ...NOTHING_ELSE, kind: 'file', kept: file, driver, store, close };
    } catch (cause) {
      file.close();
      throw damagedFile(data, cause);
    }
  }
  // Loaded only for a database.
  const { openPostgres } = await import('./postgres/index.ts');
  const database = await openPostgres(data);
  try {
    const store = await database.store(world, shared);
    const { clock, worlds } = database;
    const started = () => database.started();
    const close = () => database.close();
    return { ...NOTHING_ELSE, kind: 'postgres', clock, worlds, store, started, close };
  } catch (cause) {
    await database.close();
    throw cause;
  }
}
