import type { Holder } from '../contract/credentials.ts';
import type { Clock, Instant } from '../lib/clock.ts';
import { createSharedCache, MEGABYTE } from '../lib/memory.ts';
import { Collections } from '../store/collections.ts';
import { Store } from '../store/index.ts';
import type { Seed } from '../store/seed.ts';
import { type State, sizeOf } from '../store/state.ts';
import type { Credentials, SeedClients } from './credentials.ts';

/** A world created from a seed, as the initial content of other worlds. */
export interface Template {
  /** The seed with password hashes, which are slow to compute. */
  readonly seed: Seed;
  readonly state: State;
  /** When it was created: the starting time of worlds created from it. */
  readonly at: Instant;
  readonly credentials: readonly Holder[];
  readonly clients: SeedClients;
}

/** The maximum number of remembered seeds whose keys were reported. */
const MAX_REPORTED_SEEDS = 1000;

/** The maximum age of a template, in milliseconds, because its time becomes the starting time of worlds. */
const MAX_AGE_MS = 1000;

/** The memory that rows take, as a multiple of their length as JSON. */
const ROW_MEMORY_FACTOR = 10;
/** The memory that a seed takes (text and value), as a multiple of the length of the text. */
export const SEED_MEMORY_FACTOR = 6;

/** Prepares the store of a world. @returns a line for each credential that can do less than it appears to */
export type PrepareStore = (store: Store, now: Instant) => Promise<readonly string[]>;

export type StateOfSeed = (seed: Seed, at: Instant) => Promise<State>;

/** Caches templates by seed, because tests create many worlds from the same seed. */
export class Templates {
  readonly #templates = createSharedCache<Template>(
    4 * MEGABYTE,
    ({ state, seed }) => ROW_MEMORY_FACTOR * sizeOf(state) + SEED_MEMORY_FACTOR * seed.text.length,
  );
  /** Templates that are being created, by the text of their seed, so that concurrent requests share them. */
  readonly #pending = new Map<string, Promise<Template>>();
  readonly #clock: Clock;
  readonly #prepare: PrepareStore;
  readonly #credentials: Credentials;
  readonly #stateOf: StateOfSeed;
  readonly #warn: (line: string) => void;
  /** The seeds whose keys were reported, by fingerprint. */
  readonly #reported = new Set<string>();

  /** @param clock real time @param warn takes a line for each key that can do less than it appears to, once per seed */
  constructor(
    clock: Clock,
    prepare: PrepareStore,
    credentials: Credentials,
    stateOf: StateOfSeed,
    warn: (line: string) => void,
  ) {
    this.#clock = clock;
    this.#prepare = prepare;
    this.#credentials = credentials;
    this.#stateOf = stateOf;
    this.#warn = warn;
  }

  noteReported({ fingerprint }: Pick<Seed, 'fingerprint'>): void {
    this.#reported.add(fingerprint);
    const [oldest] = this.#reported;
    if (this.#reported.size > MAX_REPORTED_SEEDS && oldest !== undefined) this.#reported.delete(oldest);
  }

  /** Returns the template of a seed, up to a second old. */
  async of(seed: Seed): Promise<Template> {
    const cached = this.#templates.get(seed.text);
    if (cached !== undefined && this.#isCurrent(cached)) return cached;
    // The seed of an old template has its password hashes already.
    const pending = this.#pending.get(seed.text) ?? this.#startCreating(cached?.seed ?? seed);
    const template = await pending;
    this.#templates.set(seed.text, template);
    return template;
  }

  /** Returns whether a template is recent. It isn't if the clock was set back since: its time would be in the future. */
  #isCurrent({ at }: Template): boolean {
    const age = this.#clock.now() - at;
    return age >= 0 && age < MAX_AGE_MS;
  }

  #startCreating(seed: Seed): Promise<Template> {
    const pending = this.#create(seed).finally(() => this.#pending.delete(seed.text));
    this.#pending.set(seed.text, pending);
    return pending;
  }

  async #create(seed: Seed): Promise<Template> {
    const at = this.#clock.now();
    const store = new Store(new Collections(await this.#stateOf(seed, at)));
    const warnings = await this.#prepare(store, at);
    if (!this.#reported.has(seed.fingerprint)) for (const line of warnings) this.#warn(line);
    this.noteReported(seed);
    const state = store.collections.freeze();
    const credentials = this.#credentials.listHolders(state);
    const clients = {
      ids: credentials.flatMap(({ clientId }) => clientId ?? []),
      names: credentials.flatMap(({ kind, name }) => (kind === 'application' ? name : [])),
    };
    return { seed, state, at, credentials, clients };
  }
}
