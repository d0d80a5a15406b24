import type { Ruleset } from '../decisions/ruleset.ts';
import { SeedSecretsCache } from '../journal/known-secrets.ts';
import { createMachineClock, type Instant } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import { limitWarnings, SILENT_LOG } from '../lib/log.ts';
import { computeMaxStateBytes, MEGABYTE, Quota } from '../lib/memory.ts';
import { processWide } from '../lib/process-wide.ts';
import { createSystemRandom } from '../lib/random.ts';
import { DEFAULT_WORLD, findWorldIdError } from '../lib/world-id.ts';
import { redactData } from '../store/data-option.ts';
import { DatabaseFailure, TooMuchData, WriteFailure } from '../store/errors.ts';
import { explainDamage, openStorage } from '../store/open.ts';
import { readSeed, type Seed } from '../store/seed.ts';
import type { State } from '../store/state.ts';
import { StateMemory } from '../store/state-memory.ts';
import type { StoredWorlds } from '../store/stored-worlds.ts';
import { Credentials } from '../worlds/credentials.ts';
import { Worlds, type WorldsParts } from '../worlds/registry.ts';
import { restoreSeed } from '../worlds/seed/index.ts';
import { createStateOfSeed } from '../worlds/seed-states.ts';
import { Snapshots } from '../worlds/snapshots.ts';
import { type PrepareStore, Templates } from '../worlds/templates.ts';
import type { Inputs, ServerParts } from './inputs.ts';
import { listSeedNotices } from './notices.ts';
import type { Config } from './options.ts';

export type OpenWorlds = Awaited<ReturnType<typeof openWorlds>>;

/** How long to wait for a database without reporting it, in milliseconds. */
const MAX_SILENT_WAIT_MS = 10_000;

/** Opens the storage and its worlds. A new storage is filled from the seed. @throws UserError with advice */
export async function openWorlds(parts: ServerParts, inputs: Inputs, rulesets: readonly Ruleset[]) {
  const { config } = parts.effective;
  const maxStateBytes = Math.min(config.maxState * MEGABYTE, computeMaxStateBytes());
  const memory = new StateMemory(new Quota(parts.maxStateBytes ?? maxStateBytes));
  const { onWait } = parts;
  const waiting = {
    onWait: onWait ?? (() => {}),
    maxMs: onWait === undefined ? MAX_SILENT_WAIT_MS : Number.POSITIVE_INFINITY,
  };
  try {
    const storage = await openStorage(config.data, memory, parts.clock ?? createMachineClock(), waiting);
    let isEnding = false;
    void storage.lost.then((why) => {
      if (!isEnding) parts.onLost?.(why);
    });
    // With the default world's clock.
    const log = limitWarnings(parts.log?.({ now: () => worlds.default.clock.now() }) ?? SILENT_LOG);
    const warn = (line: string) => log.warn(line);
    const keys = new Credentials(inputs.services);
    const prepare: PrepareStore = async (store, now) => {
      const world = { store, settings: config, rulesets };
      const lines = inputs.services.map(({ state }) => state.prepare?.(world, now) ?? []);
      return (await Promise.all(lines)).flat();
    };
    const stateOf = (seed: Seed, at: Instant) => parts.seedStates?.stateOf(seed, at) ?? createStateOfSeed(seed, at);
    const templates = new Templates(storage.clock, prepare, keys, stateOf, warn);
    const worlds: Worlds = createWorlds(parts, inputs, { storage, memory, keys, templates, warn });
    /** Ends everything that waits for an event. From then on, losing the storage isn't reported. */
    const announceEnd = () => {
      isEnding = true;
      worlds.announceEnd();
    };
    const close = async () => {
      announceEnd();
      worlds.close();
      await storage.close();
    };
    try {
      const notices = await fillWorlds(config, inputs, storage, worlds, templates, prepare, stateOf);
      const snapshots = new Snapshots(inputs.random, storage);
      return { storage, worlds, snapshots, memory, log, notices, announceEnd, close };
    } catch (cause) {
      await close();
      throw cause;
    }
  } catch (cause) {
    throw toStartupError(cause, config);
  }
}

function createWorlds(
  { effective: { config } }: ServerParts,
  { services, random, signingKey }: Inputs,
  opened: Pick<WorldsParts, 'storage' | 'memory' | 'keys' | 'templates' | 'warn'>,
): Worlds {
  // All servers of the process show the same fingerprint for a secret.
  const key = processWide('fingerprint-key.1', () => createSystemRandom().base64url(32));
  return new Worlds({
    ...opened,
    random,
    signingKey,
    machine: opened.storage.clock,
    revive: (stored) => restoreSeed(stored, services, random),
    max: config.maxWorlds,
    secrets: { key, seedSecrets: new SeedSecretsCache() },
  });
}

/** Opens the default world and the stored worlds, and creates the named ones. @returns notices for the user */
async function fillWorlds(
  config: Config,
  { services, random, seed }: Inputs,
  storage: StoredWorlds,
  worlds: Worlds,
  templates: Templates,
  prepare: PrepareStore,
  stateOf: (seed: Seed, at: Instant) => Promise<State>,
): Promise<readonly string[]> {
  const now = storage.clock.now();
  const store = storage.open(DEFAULT_WORLD);
  const storedSeed = await readSeed(store.collections);
  const isNew = storedSeed === null || config.reseed;
  if (isNew) {
    // Those of the world that the seed replaces.
    for (const { id, world } of storage.snapshots.list()) {
      if (world === DEFAULT_WORLD) await storage.snapshots.delete(id);
    }
    await store.collections.replace(await stateOf(seed, now));
  }
  const keyWarnings = await prepare(store, now);
  const origin = isNew ? seed : restoreSeed(storedSeed, services, random);
  templates.noteReported(origin);
  await worlds.openDefault(origin, { store, isNew: false });
  const reopened = await worlds.reopen();
  for (const id of config.world.filter((name) => !worlds.has(name))) {
    const source = { kind: 'seed', seed: worlds.default.origin } as const;
    await worlds.create({ id, origin: source, credentials: 'own', ttl: null, label: null });
  }
  const seedNotices = await listSeedNotices(worlds.default, seed.fingerprint, config);
  return [...storage.notices, ...reopened, ...seedNotices, ...keyWarnings];
}

/** Returns the error for a user if the storage failed. Unexpected JSON in a row is a `TypeError` or a `RangeError`. */
export function toStartupError(cause: unknown, { data, maxState }: Config): unknown {
  if (cause instanceof WriteFailure) return new UserError(cause.message, { cause });
  if (data === null) return cause;
  if (cause instanceof TooMuchData) {
    const isHeapLimit = cause.limitBytes < maxState * MEGABYTE;
    const limit = isHeapLimit
      ? "because Node's heap is too small for more; enlarge it with NODE_OPTIONS=--max-old-space-size=MEGABYTES"
      : 'the limit of --max-state; start with a higher one';
    const message = `--data ${redactData(data)} has worlds that take more than ${Math.round(cause.limitBytes / MEGABYTE)} MB of memory, ${limit}.`;
    return new UserError(message, { cause });
  }
  if (cause instanceof TypeError || cause instanceof RangeError) {
    const message = `--data ${redactData(data)} is damaged: it contains unexpected data (${cause.message}). Nothing was changed; use other data, or restore a copy.`;
    return new UserError(message, { cause });
  }
  if (cause instanceof DatabaseFailure) {
    const message = `--data ${redactData(data)} cannot be used right now: ${cause.message}. Try again later.`;
    return new UserError(message, { cause });
  }
  return explainDamage(data, cause);
}

/** Checks the worlds of the configuration before anything is opened. @throws UserError with advice */
export function checkNamedWorlds({ world: ids, maxWorlds }: Pick<Config, 'world' | 'maxWorlds'>): void {
  for (const id of ids) {
    const problem = findWorldIdError(id);
    if (problem !== null) throw new UserError(`--world ${problem}.`);
  }
  const duplicate = ids.find((id, index) => ids.indexOf(id) < index);
  if (duplicate !== undefined) {
    throw new UserError(`--world names \`${duplicate}\` twice. Name each world once.`);
  }
  if (ids.length > maxWorlds) {
    throw new UserError(
      `--world asks for ${ids.length} ${ids.length === 1 ? 'world' : 'worlds'}, but --max-worlds is ${maxWorlds}. ` +
        'Ask for fewer worlds, or raise --max-worlds.',
    );
  }
}
