import type { Config } from '../config/options.ts';
import { type Clock, machineClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { Unusable } from '../core/unusable.ts';
import { setTimeout } from '../platform/time.ts';
import { shownData } from '../store/data-option.ts';
import { type FrozenRows, NO_ROWS } from '../store/frozen-rows.ts';
import { openMemory } from '../store/memory.ts';
import { type KeptSeed, type Seed, seedIn } from '../store/seed.ts';
import type { StoreParts } from '../store/shared.ts';
import { snapshotsInMemory } from '../store/snapshot-store.ts';
import type { Held, Storage } from '../store/storage.ts';
import { noWorldsProblem, UNREACHABLE, type Waiting } from '../store/waiting.ts';
import type { Filled } from '../worlds/beginnings.ts';
import { Worlds, type WorldsParts } from '../worlds/registry.ts';
import { Snapshots } from '../worlds/snapshots.ts';
import { type Customs, finishFilled, type RowsOfSeed, Templates } from '../worlds/templates.ts';
import { makeNamedWorlds } from './named-worlds.ts';
import { seedNotices } from './notices.ts';
import { beganWith, didNotBegin, type FirstSnapshot, rowsOfSnapshot } from './snapshot-option.ts';

/** The parts that stay the same each time the process gets the worlds. */
export interface BeginParts
  extends Omit<WorldsParts, 'machine' | 'templates' | 'kept' | 'snapshot' | 'fault' | 'mode' | 'most'> {
  readonly config: Config;
  readonly storage: Storage;
  readonly shared: StoreParts;
  readonly customs: Customs;
  /** The seed of a new default world. */
  readonly seed: Seed;
  /** The file that a new default world begins with, in place of the seed's rows; null without `--snapshot`. */
  readonly snapshot: FirstSnapshot | null;
  readonly rowsOf: RowsOfSeed;
  readonly revive: (kept: KeptSeed) => Seed;
}

/** How long to wait before worlds are read again that could not be, in milliseconds. */
const AGAIN_MS = 1000;

const LOST: Waiting = { status: 'waiting', why: UNREACHABLE };

/** The worlds that a process has now, and their snapshots. */
interface Current {
  readonly worlds: Worlds;
  readonly snapshots: Snapshots;
  /** Null while the process has no worlds. */
  readonly held: Held | null;
}

/**
 * The worlds of this process: those that it has, or, as long as it has none, one without content, in which every request
 * is refused. A process gets the worlds at its start, when another one that has them ends, and again after it lost them,
 * always in the same way.
 */
export class WorldsOfProcess {
  /** The notices for the person who starts the server, when the process first gets the worlds. @throws Unusable */
  readonly begun: Promise<readonly string[]>;
  readonly #parts: BeginParts;
  readonly #log: () => Log;
  #standIn: Current | null = null;
  #current: Current | null = null;
  /** Why the worlds could not be read, although this process could have had them. */
  #failure: Waiting | null = null;
  #isClosed = false;

  private constructor(parts: BeginParts, log: () => Log, onWait: (waiting: Waiting) => void) {
    this.#parts = parts;
    this.#log = log;
    this.begun = new Promise((resolve, reject) => {
      this.#run(resolve, onWait).catch(reject);
    });
    // Who waits for it hears of its failure.
    this.begun.catch(() => {});
  }

  /**
   * Resolves when the process has the worlds, or waits for them.
   *
   * @param log called when there is something to log
   * @param onWait called with the reason why it has to wait for its first worlds
   * @throws Unusable if the worlds cannot be used
   */
  static async start(
    parts: BeginParts,
    log: () => Log,
    onWait: (waiting: Waiting) => void = () => {},
  ): Promise<WorldsOfProcess> {
    let waits: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    const all = new WorldsOfProcess(parts, log, (why) => {
      onWait(why);
      waits();
    });
    await Promise.race([all.begun, waiting]);
    if (all.#current === null) await all.#standAside(null);
    return all;
  }

  get worlds(): Worlds {
    return this.#now.worlds;
  }

  get snapshots(): Snapshots {
    return this.#now.snapshots;
  }

  /** Why this process has no worlds; null if it has them. */
  get waiting(): Waiting | null {
    const held = this.#current?.held ?? null;
    if (held !== null) return held.isSure() ? null : LOST;
    return this.#failure ?? this.#parts.storage.waiting ?? LOST;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const current = this.#current;
    await current?.worlds.close();
    await current?.held?.kept?.close();
    await this.#parts.storage.close();
  }

  get #now(): Current {
    if (this.#current === null) throw new Error('worlds are asked for before there are any');
    return this.#current;
  }

  async #run(begun: (notices: readonly string[]) => void, onWait: (waiting: Waiting) => void): Promise<void> {
    const { storage } = this.#parts;
    let isFirst = true;
    for (;;) {
      const held = await storage.take((waiting) => (isFirst ? onWait(waiting) : this.#log().warn(waiting.why)));
      if (held === null) return;
      const notices = await this.#tryToBegin(held, isFirst);
      if (notices === null) continue;
      if (!isFirst) {
        this.#log().warn('This process has the worlds now.');
        for (const notice of notices) this.#log().warn(notice);
      }
      begun(notices);
      isFirst = false;
      await held.over;
      if (this.#isClosed) return;
      this.#log().error(
        'The session with the database has ended, and this process has no worlds until it has another one.',
      );
      const { worlds } = this.#now;
      await this.#standAside(held);
      await worlds.close();
    }
  }

  /** @returns the notices about the worlds; null if they could not be read, and the next attempt may follow */
  async #tryToBegin(held: Held, isFirst: boolean): Promise<readonly string[] | null> {
    const mayAct = isFirst && held.isFirstTry;
    try {
      const { current, notices } = await beginWorlds(this.#parts, held, { mayAct, isFirst });
      this.#current = current;
      this.#failure = null;
      // Requests that were refused meanwhile need no memory any more.
      this.#standIn?.worlds.default.activityLog.empty();
      return notices;
    } catch (cause) {
      await held.kept?.close();
      if (mayAct || this.#isClosed) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      if (this.#failure?.why !== why) this.#log().error('The worlds could not be read', cause);
      this.#failure = { status: 'waiting', why: `The worlds cannot be read: ${why}` };
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      return null;
    }
  }

  /** From now on every request is refused, unless the process has got other worlds meanwhile. */
  async #standAside(lost: Held | null): Promise<void> {
    this.#standIn ??= await this.#makeStandIn();
    if ((this.#current?.held ?? null) === lost) this.#current = this.#standIn;
  }

  async #makeStandIn(): Promise<Current> {
    const { shared, seed, random, revive } = this.#parts;
    const worlds = new Worlds({
      ...worldsPartsOf(this.#parts, machineClock(), null),
      snapshot: null,
      fault: () => noWorldsProblem(this.waiting ?? LOST),
    });
    await worlds.begin(seed, { store: openMemory(NO_ROWS, shared), findings: [], isNew: true });
    return { worlds, snapshots: new Snapshots(random, snapshotsInMemory(shared.state), revive), held: null };
  }
}

function worldsPartsOf(parts: BeginParts, machine: Clock, kept: Held['kept']): Omit<WorldsParts, 'fault' | 'snapshot'> {
  const { config, shared, customs, keys, rowsOf } = parts;
  const templates = new Templates(machine, shared, customs, keys, rowsOf);
  return { ...parts, machine, templates: templates, kept, mode: config.mode, most: config.maxWorlds };
}

interface Attempt {
  /** May `--reseed` and `--snapshot` replace what there is? */
  readonly mayAct: boolean;
  /** Does this process get worlds for the first time? */
  readonly isFirst: boolean;
}

/**
 * Opens the worlds. A new store is filled from the seed, or from a snapshot; a store that already has a world keeps it,
 * unless `--reseed` says otherwise.
 *
 * @throws Unusable if they do not fit the options
 */
async function beginWorlds(
  parts: BeginParts,
  held: Held,
  { mayAct, isFirst }: Attempt,
): Promise<{ readonly current: Current; readonly notices: readonly string[] }> {
  const { config, shared, random, revive } = parts;
  const kept = await seedIn(held.store.collections);
  const isNew = kept === null || (config.reseed && mayAct);
  const { snapshot, unused } = await snapshotFor(parts, held, { isNew, mayAct });
  const worlds = new Worlds({
    ...worldsPartsOf(parts, held.clock, held.kept),
    snapshot,
    fault: () => (held.isSure() ? null : noWorldsProblem(LOST)),
  });
  try {
    const reopened = await openWorlds(parts, held, worlds, isNew ? null : kept, snapshot);
    const snapshots = new Snapshots(random, held.kept?.snapshots ?? snapshotsInMemory(shared.state), revive);
    const notices = [
      ...held.notices,
      ...reopened,
      ...(isFirst && !mayAct ? actionNotices(config, unused) : []),
      ...(await seedNotices(worlds.default, parts.seed.fingerprint, config).catch((cause: unknown) => {
        if (mayAct || !(cause instanceof Unusable)) throw cause;
        return [cause.message];
      })),
    ];
    return { current: { worlds, snapshots, held }, notices };
  } catch (cause) {
    await worlds.close();
    throw cause;
  }
}

/** @param kept the seed of the default world that there is; null to make a new one @returns the notices about the others */
async function openWorlds(
  { config, seed, customs, revive, rowsOf }: BeginParts,
  { store, clock, notices }: Held,
  worlds: Worlds,
  kept: KeptSeed | null,
  snapshot: FrozenRows | null,
): Promise<readonly string[]> {
  if (kept === null) await store.restore(snapshot ?? (await rowsOf(seed, clock.now())));
  // A user who opens the console later did not see the notices of the start.
  const findings = notices.map((notice): Filled['findings'][number] => ['storage', notice, clock.now()]);
  await finishFilled(store, (...finding) => findings.push(finding), customs, clock.now());
  await worlds.begin(kept === null ? seed : revive(kept), { store, findings, isNew: false });
  const reopened = await worlds.reopen();
  await makeNamedWorlds(worlds, config.world);
  return reopened;
}

/** @returns the rows of the snapshot if the world begins, or began, with it */
async function snapshotFor(
  { snapshot, shared, config }: BeginParts,
  { store }: Held,
  { isNew, mayAct }: { readonly isNew: boolean; readonly mayAct: boolean },
): Promise<{ readonly snapshot: FrozenRows | null; readonly unused: boolean }> {
  if (snapshot === null) return { snapshot: null, unused: false };
  if (isNew || (await beganWith(store, snapshot))) {
    return { snapshot: rowsOfSnapshot(snapshot, shared.revisions), unused: false };
  }
  if (mayAct) throw didNotBegin(snapshot, shownData(config.data ?? ''));
  return { snapshot: null, unused: true };
}

/** The notices about options that had no effect, because another process had the worlds. */
function actionNotices({ reseed }: Config, isSnapshotUnused: boolean): readonly string[] {
  const options = [...(reseed ? ['--reseed'] : []), ...(isSnapshotUnused ? ['--snapshot'] : [])];
  return options.map((option) => `${option} had no effect: another process had the worlds when this one started`);
}
