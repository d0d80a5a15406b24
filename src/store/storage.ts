import { DEFAULT_WORLD } from '../addresses/world-id.ts';
import { type Clock, type Instant, rfc3339 } from '../time/clock.ts';
import type { Store } from './index.ts';
import { StoredWorlds } from './kept-worlds.ts';
import type { StoreParts } from './shared.ts';
import type { WaitState } from './waiting.ts';
import type { WorldLog } from './world-log.ts';

/** What a process has while it owns the worlds. */
export interface Ownership {
  /** The store of the default world. */
  readonly store: Store;
  /** The worlds kept beyond the process; null if they end with it. */
  readonly storedWorlds: StoredWorlds | null;
  /** Real time, but never before the latest time at which any process wrote. */
  readonly clock: Clock;
  /** Returns whether it is certain that no other process owns the worlds. */
  isSure(): boolean;
  /** Whether the lock was free on the first attempt. */
  readonly isFirstTry: boolean;
  /** Notices for the user who starts the server. */
  readonly notices: readonly string[];
  /** Resolves with a sentence if the process loses the worlds. It never gets them back. */
  readonly lost: Promise<string>;
}

/** The storage of all worlds. One process at a time owns them. */
export interface Storage {
  readonly kind: 'memory' | 'file' | 'postgres';
  /** The driver of the file, or null. */
  readonly driver: string | null;
  /** The schema of the database, or null. */
  readonly schema: string | null;
  /** Returns the last stored state of the default world, for a process that doesn't own the worlds; null if there is none. */
  readStateOfDefault(): Promise<string | null>;
  /**
   * Waits until this process owns the worlds. Call it once.
   *
   * @param onWait called with each new reason for waiting
   * @returns null if the storage was closed in the meantime
   * @throws UserError, DamagedData if the first attempt fails for a reason other than an unreachable database
   */
  takeOwnership(onWait: (waiting: WaitState) => void): Promise<Ownership | null>;
  /** Gives up the worlds after all their stores are closed. */
  close(): Promise<void>;
}

/** The maximum clock difference that isn't reported, in milliseconds. */
const MAX_UNREPORTED_MS = 60_000;

/** Reads all worlds of a log. @throws DamagedData, DatabaseFailure */
export async function openOwnership(
  log: WorldLog,
  parts: StoreParts,
  machine: Clock,
): Promise<Omit<Ownership, 'isFirstTry' | 'lost'>> {
  const logged = await log.read();
  const { at } = logged.head;
  const behindMs = at - machine.now();
  const clock = behindMs <= 0 ? machine : { now: () => machine.now() + behindMs };
  const storedWorlds = new StoredWorlds(log, logged, parts, clock);
  const isSure = () => log.isSure();
  return {
    storedWorlds: storedWorlds,
    clock,
    isSure,
    store: storedWorlds.open(DEFAULT_WORLD),
    notices: behindMs > MAX_UNREPORTED_MS ? [formatAheadNotice(at, machine)] : [],
  };
}

function formatAheadNotice(at: Instant, machine: Clock): string {
  return `--data was last written at ${rfc3339(at)}, which is later than this machine's time, ${rfc3339(machine.now())}. The worlds continue from the later time.`;
}
