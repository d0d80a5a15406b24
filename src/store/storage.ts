import { DEFAULT_WORLD } from '../addresses/world-id.ts';
import { type Clock, type Instant, rfc3339 } from '../time/clock.ts';
import type { Store } from './index.ts';
import { KeptWorlds } from './kept-worlds.ts';
import type { StoreParts } from './shared.ts';
import type { Waiting } from './waiting.ts';
import type { WorldLog } from './world-log.ts';

/** What a process has while it has the worlds. */
export interface Held {
  /** The store of the default world. */
  readonly store: Store;
  /** Where worlds are kept beyond the process; null if they end with it. */
  readonly kept: KeptWorlds | null;
  /** Real time, but never before the latest time at which any process wrote. */
  readonly clock: Clock;
  /** Is it certain that no other process has them? */
  isSure(): boolean;
  /** Was the lock free when this process first asked for it? */
  readonly isFirstTry: boolean;
  /** Notices for the person who starts the server. */
  readonly notices: readonly string[];
  /** Resolves with a sentence when the process has lost the worlds, which it never gets back. */
  readonly lost: Promise<string>;
}

/** The storage of all worlds. One process has them at a time. */
export interface Storage {
  readonly kind: 'memory' | 'file' | 'postgres';
  /** The driver of the file; null without one. */
  readonly driver: string | null;
  /** The schema of the database; null without one. */
  readonly schema: string | null;
  /** The state of the default world, as it was last stored, for a process that has no worlds; null if there is none. */
  stateOfDefault(): Promise<string | null>;
  /**
   * Waits until this process has the worlds. To be called once.
   *
   * @param onWait called with each new reason why it has to wait
   * @returns null if the storage was closed meanwhile
   * @throws Unusable, Damaged if the first attempt fails for another reason than that the database is away
   */
  take(onWait: (waiting: Waiting) => void): Promise<Held | null>;
  /** Gives the worlds back, after all of their stores are closed. */
  close(): Promise<void>;
}

/** The longest difference of clocks that nobody needs to know about, in milliseconds. */
const UNNOTICED_MS = 60_000;

/** Reads all worlds of a log. @throws Damaged, Unreachable */
export async function heldOf(
  log: WorldLog,
  parts: StoreParts,
  machine: Clock,
): Promise<Omit<Held, 'isFirstTry' | 'lost'>> {
  const logged = await log.read();
  const { at } = logged.head;
  const behind = at - machine.now();
  const clock = behind <= 0 ? machine : { now: () => machine.now() + behind };
  const kept = new KeptWorlds(log, logged, parts, clock);
  const isSure = () => log.isSure();
  return {
    kept,
    clock,
    isSure,
    store: kept.open(DEFAULT_WORLD),
    notices: behind > UNNOTICED_MS ? [aheadNotice(at, machine)] : [],
  };
}

function aheadNotice(at: Instant, machine: Clock): string {
  return `--data was last written at ${rfc3339(at)}, which is later than ${rfc3339(machine.now())}, the time of this machine: the worlds go on from the later time`;
}
