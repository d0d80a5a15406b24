import type { Config } from '../config/options.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { redactData } from '../store/data-option.ts';
import { readSeed, type Seed, type StoredSeed } from '../store/seed.ts';
import { createMemorySnapshotStore } from '../store/snapshot-store.ts';
import type { State } from '../store/state.ts';
import type { Ownership, Storage } from '../store/storage.ts';
import { createNoWorldsProblem, UNREACHABLE_MESSAGE, type WaitState } from '../store/waiting.ts';
import { type Clock, createMachineClock } from '../time/clock.ts';
import { Worlds, type WorldsParts } from '../worlds/registry.ts';
import type { FilledStore } from '../worlds/seed-states.ts';
import { Snapshots } from '../worlds/snapshots.ts';
import { type FinishingOptions, finishStore, type StateOfSeed, Templates } from '../worlds/templates.ts';
import { createNamedWorlds } from './named-worlds.ts';
import { listSeedNotices } from './notices.ts';
import { createOtherWorldError, type InitialSnapshot, isCreatedFrom } from './snapshot-option.ts';

/** The parts that worlds are created from, except the storage. */
export interface StartParts
  extends Omit<WorldsParts, 'machine' | 'templates' | 'storedWorlds' | 'snapshot' | 'fault' | 'modes' | 'max'> {
  readonly config: Config;
  readonly storage: Storage;
  readonly finishing: FinishingOptions;
  /** The seed of a new default world. */
  readonly seed: Seed;
  /** The file for a new default world, instead of the seed's rows; null without `--snapshot`. */
  readonly snapshot: InitialSnapshot | null;
  readonly stateOf: StateOfSeed;
}

/** Callbacks for a process that waits for its worlds or loses them. */
export interface WorldsListeners {
  /** Called with each new reason for waiting. Without it, an unreachable database is an error. */
  readonly onWait?: ((waiting: WaitState) => void) | undefined;
  /** Called with a sentence when the process has lost the worlds. */
  readonly onLost?: ((why: string) => void) | undefined;
}

/** The worlds and snapshots of a process that owns them. */
interface OwnedWorlds {
  readonly worlds: Worlds;
  readonly snapshots: Snapshots;
}

/** The worlds of this process, once it owns them. It never gets lost worlds back and has to end. */
export class WorldsOfProcess {
  /** The notices for the user who starts the server, once the process owns the worlds. @throws UserError */
  readonly started: Promise<readonly string[]>;
  /** Why this process doesn't own the worlds yet; null once it does. */
  waiting: WaitState | null = { status: 'waiting', why: UNREACHABLE_MESSAGE };
  readonly #parts: StartParts;
  #ownership: Ownership | null = null;
  #owned: OwnedWorlds | null = null;
  #isClosed = false;

  private constructor(parts: StartParts, onWait: (waiting: WaitState) => void, onLost: (why: string) => void) {
    this.#parts = parts;
    this.started = this.#start(onWait, onLost);
    // Without a handler, a rejection would end the process. Callers that wait for `started` get it as well.
    this.started.catch(() => {});
  }

  /**
   * Resolves when the process owns the worlds, or starts waiting for them.
   *
   * @throws UserError if the worlds cannot be used
   */
  static start(parts: StartParts, { onWait, onLost = () => {} }: WorldsListeners): Promise<WorldsOfProcess> {
    return new Promise((resolve, reject) => {
      const wait = (waiting: WaitState) => {
        onWait?.(waiting);
        if (onWait === undefined && waiting.status === 'waiting') reject(new UserError(waiting.why));
        // Called after the constructor has finished.
        else resolve(processWorlds);
      };
      const processWorlds = new WorldsOfProcess(parts, wait, onLost);
      processWorlds.started.then(() => resolve(processWorlds), reject);
    });
  }

  get worlds(): Worlds {
    return this.#openWorlds.worlds;
  }

  get snapshots(): Snapshots {
    return this.#openWorlds.snapshots;
  }

  /** The clock of the default world, or the machine's clock until there is one. */
  get clock(): Clock {
    return this.#owned?.worlds.default.clock ?? createMachineClock();
  }

  /** Ends everything that waits for an event. From then on, losing the worlds isn't reported. */
  announceEnd(): void {
    this.#isClosed = true;
    this.#owned?.worlds.announceEnd();
  }

  async close(): Promise<void> {
    this.announceEnd();
    await this.#owned?.worlds.close();
    await this.#ownership?.storedWorlds?.close();
    await this.#parts.storage.close();
  }

  get #openWorlds(): OwnedWorlds {
    // A mistake in the code: requests wait until the worlds are open.
    if (this.#owned === null) throw new Error('the worlds are requested before they are open');
    return this.#owned;
  }

  async #start(onWait: (waiting: WaitState) => void, onLost: (why: string) => void): Promise<readonly string[]> {
    const ownership = await this.#parts.storage.takeOwnership((waiting) => {
      this.waiting = waiting;
      onWait(waiting);
    });
    // The process is ending, so nothing may continue.
    if (ownership === null) return new Promise(() => {});
    this.#ownership = ownership;
    ownership.lost.then((why) => {
      if (!this.#isClosed) onLost(why);
    });
    const { owned, notices } = await startWorlds(this.#parts, ownership);
    this.#owned = owned;
    this.waiting = null;
    return notices;
  }
}

/**
 * Opens the worlds. A new store is filled from the seed or a snapshot; a store with a world keeps it, except with
 * `--reseed`.
 *
 * @throws UserError if they contradict the options
 */
async function startWorlds(
  parts: StartParts,
  ownership: Ownership,
): Promise<{ readonly owned: OwnedWorlds; readonly notices: readonly string[] }> {
  const { config, random, revive } = parts;
  const { storedWorlds } = ownership;
  const storedSeed = await readSeed(ownership.store.collections);
  const isNew = storedSeed === null || (config.reseed && ownership.isFirstTry);
  const { snapshot, isUnused } = await chooseSnapshot(parts, ownership, isNew);
  const worlds = createWorlds(parts, ownership, snapshot);
  try {
    const reopened = await openWorlds(parts, ownership, worlds, isNew ? null : storedSeed, snapshot);
    const snapshots = new Snapshots(
      random,
      storedWorlds?.snapshots ?? createMemorySnapshotStore(parts.shared.memory),
      revive,
    );
    const notices = [
      ...ownership.notices,
      ...reopened,
      ...(ownership.isFirstTry ? [] : listUnusedOptionNotices(config, isUnused)),
      ...(await listNoticesAboutSeed(parts, worlds, ownership.isFirstTry)),
    ];
    return { owned: { worlds, snapshots }, notices };
  } catch (cause) {
    await worlds.close();
    throw cause;
  }
}

/** Creates the registry of the worlds, which is still empty. */
function createWorlds(parts: StartParts, ownership: Ownership, snapshot: State | null): Worlds {
  const { config, finishing, keys, stateOf } = parts;
  const { storedWorlds, clock: machine } = ownership;
  return new Worlds({
    ...parts,
    machine,
    snapshot,
    storedWorlds,
    modes: { mode: config.mode, prefer: config.prefer },
    max: config.maxWorlds,
    templates: new Templates(machine, finishing, keys, stateOf),
    fault: () => (ownership.isSure() ? null : createNoWorldsProblem({ status: 'waiting', why: UNREACHABLE_MESSAGE })),
  });
}

/**
 * Returns notices about the seed of the default world.
 *
 * @param isFirstTry after a takeover, a contradiction is only a notice, because another process has accepted the worlds
 * @throws UserError if the seed contradicts the options
 */
async function listNoticesAboutSeed(
  { seed, config }: StartParts,
  worlds: Worlds,
  isFirstTry: boolean,
): Promise<readonly string[]> {
  try {
    return await listSeedNotices(worlds.default, seed.fingerprint, config);
  } catch (cause) {
    if (isFirstTry || !(cause instanceof UserError)) throw cause;
    return [cause.message];
  }
}

/**
 * Opens the default world and the stored worlds, and creates those named in the configuration.
 *
 * @param storedSeed the seed of the existing default world; null creates a new world
 * @returns notices about the stored worlds
 */
async function openWorlds(
  { config, seed, finishing, revive, stateOf }: StartParts,
  { store, clock, notices }: Ownership,
  worlds: Worlds,
  storedSeed: StoredSeed | null,
  snapshot: State | null,
): Promise<readonly string[]> {
  if (storedSeed === null) await store.restore(snapshot ?? (await stateOf(seed, clock.now())));
  // The console shows findings, so users who only open the console see the notices as well.
  const findings = notices.map((notice): FilledStore['findings'][number] => ['storage', notice, clock.now()]);
  await finishStore(store, (...finding) => findings.push(finding), finishing, clock.now());
  await worlds.openDefault(storedSeed === null ? seed : revive(storedSeed), { store, findings, isNew: false });
  const reopened = await worlds.reopen();
  await createNamedWorlds(worlds, config.world);
  return reopened;
}

/**
 * Returns the state of the snapshot if the default world is or was created from it.
 *
 * @throws UserError if the stored world was created from something else; after a takeover, the snapshot is only unused
 */
async function chooseSnapshot(
  { snapshot, config }: StartParts,
  { store, isFirstTry }: Ownership,
  isNew: boolean,
): Promise<{ readonly snapshot: State | null; readonly isUnused: boolean }> {
  if (snapshot === null) return { snapshot: null, isUnused: false };
  if (isNew || (await isCreatedFrom(store, snapshot))) {
    return { snapshot: snapshot.state, isUnused: false };
  }
  if (isFirstTry) throw createOtherWorldError(snapshot, redactData(config.data ?? ''));
  return { snapshot: null, isUnused: true };
}

/** Returns notices about options without effect, because another process owned the worlds. */
function listUnusedOptionNotices({ reseed }: Config, isSnapshotUnused: boolean): readonly string[] {
  const options = [...(reseed ? ['--reseed'] : []), ...(isSnapshotUnused ? ['--snapshot'] : [])];
  return options.map((option) => `${option} had no effect: another process owned the worlds when this one started`);
}
