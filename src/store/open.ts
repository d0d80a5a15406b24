import type { Clock } from '../core/clock.ts';
import { Unusable } from '../core/unusable.ts';
import { faultOfData, isPostgresUrl } from './data-option.ts';
import type { Store } from './index.ts';
import type { StoreParts } from './shared.ts';
import type { SharedWorlds } from './sharing.ts';
import { openSqliteImage, openSqliteStore } from './sqlite/index.ts';
import type { KeptSeed, Rekeying } from './world.ts';

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
  if (data === null || !isPostgresUrl(data)) {
    const isKept = data !== null;
    const store = openSqliteStore(data, shared);
    return { kind: isKept ? 'file' : 'memory', isKept, clock: null, worlds: null, store, close: async () => {} };
  }
  // Loaded only by those who have a database.
  const { openPostgres } = await import('./postgres/index.ts');
  const database = await openPostgres(data);
  try {
    const store = await database.store(world, shared);
    const { clock, worlds, close } = database;
    return { kind: 'postgres', isKept: true, clock, worlds, store, close };
  } catch (cause) {
    await database.close();
    throw cause;
  }
}

/** A new store in memory. */
export function openMemory(shared: StoreParts): Store {
  return openSqliteStore(null, shared);
}

/**
 * A store in memory that begins as a copy of an image. The image stays unchanged.
 *
 * @param rekeyed credentials that replace those of the image, as in `WorldStore.rekey`, when it is first used
 * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged
 */
export function openImage(
  image: Uint8Array,
  shared: StoreParts,
  rekeyed?: { readonly rekeying: Rekeying; readonly kept: KeptSeed },
): Store {
  return openSqliteImage(image, shared, rekeyed);
}
