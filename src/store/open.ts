import { Unusable } from '../diagnostics/unusable.ts';
import { type Clock, machineClock } from '../time/clock.ts';
import { faultOfData, isPostgresUrl } from './data-option.ts';
import { openMemory } from './memory.ts';
import type { StoreParts } from './shared.ts';
import { NO_ROWS } from './state.ts';
import { type Held, heldOf, type Storage } from './storage.ts';

/** A storage that no other process can have meanwhile. */
function unsharedStorage(
  { kind, driver }: Pick<Storage, 'kind' | 'driver'>,
  take: () => Promise<Omit<Held, 'isFirstTry' | 'lost'>>,
  close: () => Promise<void>,
): Storage {
  const never = new Promise<string>(() => {});
  return {
    ...{ kind, driver, schema: null, close },
    stateOfDefault: async () => null,
    take: async () => ({ ...(await take()), isFirstTry: true, lost: never }),
  };
}

/**
 * Opens the data file or the PostgreSQL database that `--data` names; null keeps the state in memory.
 *
 * @param clock real time; the machine's by default
 * @throws Unusable if the file or the database cannot be used
 */
export async function openStorage(
  data: string | null,
  parts: StoreParts,
  clock: Clock = machineClock(),
): Promise<Storage> {
  const fault = data === null ? null : faultOfData(data);
  if (fault !== null) throw new Unusable(fault);
  if (data === null) {
    const store = openMemory(NO_ROWS, parts.memory);
    const held = { store, kept: null, clock, isSure: () => true, notices: [] };
    return unsharedStorage(
      { kind: 'memory', driver: null },
      async () => held,
      async () => {},
    );
  }
  if (!isPostgresUrl(data)) {
    // Loaded only for a data file.
    const { damagedFile, openDataFile } = await import('./sqlite/index.ts');
    const { log, driver, notices } = await openDataFile(data);
    const take = async () => {
      try {
        const held = await heldOf(log, parts, clock);
        return { ...held, notices: [...notices, ...held.notices] };
      } catch (cause) {
        throw damagedFile(data, cause);
      }
    };
    return unsharedStorage({ kind: 'file', driver }, take, () => log.close());
  }
  // Loaded only for a database.
  const { PostgresStorage } = await import('./postgres/index.ts');
  return PostgresStorage.open(data, parts, clock);
}
