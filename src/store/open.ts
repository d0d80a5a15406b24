import type { Clock } from '../lib/clock.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { DEFAULT_WORLD } from '../lib/world-id.ts';
import { checkDataOption, isPostgresUrl, redactData } from './data-option.ts';
import { DamagedData } from './errors.ts';
import { NO_ROWS } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import { StoredWorlds } from './stored-worlds.ts';
import type { LogContent, LoggedWorld, Waiting, WorldLog } from './world-log.ts';

/** Opens what `--data` names; null keeps the worlds in memory. @param machine real time @throws UserError */
export async function openStorage(
  data: string | null,
  memory: StateMemory,
  machine: Clock,
  waiting: Waiting,
): Promise<StoredWorlds> {
  let log: WorldLog | null = null;
  try {
    log = await openLog(data, memory, waiting);
    return await StoredWorlds.read(log, memory, machine);
  } catch (cause) {
    await log?.close();
    throw data === null ? cause : explainDamage(data, cause);
  }
}

/** Adapters are loaded on demand, because most servers keep their state in memory. */
async function openLog(data: string | null, memory: StateMemory, waiting: Waiting): Promise<WorldLog> {
  if (data === null) return new MemoryLog();
  const problem = checkDataOption(data);
  if (problem !== null) throw new UserError(problem);
  if (isPostgresUrl(data)) return (await import('./postgres/log.ts')).PostgresLog.open(data, memory, waiting);
  return (await import('./sqlite/log.ts')).SqliteLog.open(data);
}

/** Returns an error that names the storage and the damaged record; any other error unchanged. */
export function explainDamage(data: string, cause: unknown): unknown {
  if (!(cause instanceof DamagedData)) return cause;
  const message = `--data ${redactData(data)} is damaged: ${messageOf(cause)}. Nothing was changed; use other data, or restore a copy.`;
  return new UserError(message, { cause });
}

const EMPTY_WORLD: LoggedWorld = {
  name: DEFAULT_WORLD,
  made: '',
  seed: '',
  ttl: null,
  createdAt: 0,
  usedAt: 0,
  state: '',
  initial: NO_ROWS,
  changedRows: [],
  uses: [],
};

export class MemoryLog implements WorldLog {
  readonly info = { kind: 'memory', driver: null, schema: null } as const;
  readonly isDurable = false;
  readonly notices: readonly string[] = [];
  readonly lost = new Promise<string>(() => {});

  async read(): Promise<LogContent> {
    return { at: 0, worlds: [EMPTY_WORLD], snapshots: [] };
  }

  async readSnapshot(): Promise<null> {
    return null;
  }

  async append(): Promise<void> {}

  fault(): null {
    return null;
  }

  async close(): Promise<void> {}
}
