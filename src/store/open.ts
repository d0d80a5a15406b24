import { UserError } from '../diagnostics/user-error.ts';
import { type Clock, createMachineClock } from '../time/clock.ts';
import { checkDataOption, isPostgresUrl } from './data-option.ts';
import { openMemory } from './memory.ts';
import type { StoreParts } from './shared.ts';
import { NO_ROWS } from './state.ts';
import { type Ownership, openOwnership, type Storage } from './storage.ts';

/** Creates a storage that no other process can access. Only a database can be lost to another process. */
function createUnsharedStorage(
  { kind, driver }: Pick<Storage, 'kind' | 'driver'>,
  take: () => Promise<Omit<Ownership, 'isFirstTry' | 'lost'>>,
  close: () => Promise<void>,
): Storage {
  const never = new Promise<string>(() => {});
  return {
    kind,
    driver,
    schema: null,
    close,
    readStateOfDefault: async () => null,
    takeOwnership: async () => ({ ...(await take()), isFirstTry: true, lost: never }),
  };
}

/**
 * Opens the data file or PostgreSQL database given in `--data`. Null keeps the state in memory.
 *
 * @param clock real time; default: the machine's clock
 * @throws UserError if the file or database cannot be used
 */
export async function openStorage(
  data: string | null,
  parts: StoreParts,
  clock: Clock = createMachineClock(),
): Promise<Storage> {
  const problem = data === null ? null : checkDataOption(data);
  if (problem !== null) throw new UserError(problem);
  if (data === null) return openMemoryStorage(parts, clock);
  if (!isPostgresUrl(data)) return openFileStorage(data, parts, clock);
  const { PostgresStorage } = await import('./postgres/index.ts');
  return PostgresStorage.open(data, parts, clock);
}

function openMemoryStorage(parts: StoreParts, clock: Clock): Storage {
  const store = openMemory(NO_ROWS, parts.memory);
  const ownership = { store, storedWorlds: null, clock, isSure: () => true, notices: [] };
  return createUnsharedStorage(
    { kind: 'memory', driver: null },
    async () => ownership,
    async () => {},
  );
}

async function openFileStorage(path: string, parts: StoreParts, clock: Clock): Promise<Storage> {
  // Loaded on demand, because most servers keep their state in memory.
  const { toDamagedFileError, openDataFile } = await import('./sqlite/index.ts');
  const { log, driver, notices } = await openDataFile(path);
  const takeOwnership = async () => {
    try {
      const ownership = await openOwnership(log, parts, clock);
      return { ...ownership, notices: [...notices, ...ownership.notices] };
    } catch (cause) {
      throw toDamagedFileError(path, cause);
    }
  };
  return createUnsharedStorage({ kind: 'file', driver }, takeOwnership, () => log.close());
}
