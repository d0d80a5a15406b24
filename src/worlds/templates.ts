import type { Holder } from '../contract/credentials.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Settings } from '../definitions/settings.ts';
import type { FindingReporter } from '../journal/finding.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { createSharedCache } from '../memory/caches.ts';
import { type KeyReport, reportSeedKeyWarnings, restorePropagationSettings } from '../ngc-keys/keyring.ts';
import { openMemory } from '../store/memory.ts';
import type { Seed } from '../store/seed.ts';
import { type State, sizeOf } from '../store/state.ts';
import type { Clock, Instant } from '../time/clock.ts';
import type { Credentials, SeedClients } from './credentials.ts';

/** A world created from a seed, as the initial content of other worlds. */
export interface Template {
  /** The seed with password hashes, which are slow to compute. */
  readonly seed: Seed;
  readonly state: State;
  /** When it was created: the starting time of worlds created from it. */
  readonly at: Instant;
  /** Notices about the world for the user. */
  readonly findings: readonly Parameters<FindingReporter['report']>[];
  /** All credentials in the world. */
  readonly credentials: readonly Holder[];
  readonly clients: SeedClients;
}

/** The maximum age of a template, in milliseconds, because its time becomes the starting time of worlds. */
const MAX_AGE_MS = 1000;

/** The memory used by rows, relative to their length as JSON. */
const ROW_COPIES = 10;
/** The memory used by a seed (text and value), relative to the length of the text. */
export const SEED_COPIES = 6;

const sizeOfTemplate = ({ state, seed }: Template) => ROW_COPIES * sizeOf(state) + SEED_COPIES * seed.text.length;

/** Parts for finishing a new world. */
export interface FinishingOptions {
  readonly settings: Settings;
  readonly rulesets: readonly Ruleset[];
}

/** Restores the toggle that the server was started with, and reports useless keys. */
export async function finishStore(
  store: KeyReport['store'],
  report: FindingReporter['report'],
  { settings, rulesets }: FinishingOptions,
  now: Instant,
): Promise<void> {
  await restorePropagationSettings({ store, settings });
  await reportSeedKeyWarnings({ rulesets, store, findings: { report } }, now);
}

/** Returns the state that a seed defines at a given moment. */
export type StateOfSeed = (seed: Seed, at: Instant) => Promise<State>;

/** Caches templates by seed, because tests create many worlds from the same seed. */
export class Templates {
  readonly #templates = createSharedCache(4 * MEGABYTE, sizeOfTemplate);
  readonly #making = new Map<string, Promise<Template>>();
  readonly #machine: Clock;
  readonly #customs: FinishingOptions;
  readonly #keys: Credentials;
  readonly #stateOf: StateOfSeed;

  constructor(machine: Clock, customs: FinishingOptions, keys: Credentials, stateOf: StateOfSeed) {
    this.#machine = machine;
    this.#customs = customs;
    this.#keys = keys;
    this.#stateOf = stateOf;
  }

  /** Returns the template of a seed, up to a second old. */
  async of(seed: Seed): Promise<Template> {
    const cached = this.#templates.get(seed.text);
    const age = cached === undefined ? MAX_AGE_MS : this.#machine.now() - cached.at;
    if (cached !== undefined && age >= 0 && age < MAX_AGE_MS) return cached;
    const making =
      this.#making.get(seed.text) ?? this.#make(cached?.seed ?? seed).finally(() => this.#making.delete(seed.text));
    this.#making.set(seed.text, making);
    const created = await making;
    this.#templates.set(seed.text, created);
    return created;
  }

  async #make(seed: Seed): Promise<Template> {
    const at = this.#machine.now();
    const store = openMemory(await this.#stateOf(seed, at));
    try {
      const findings: Parameters<FindingReporter['report']>[] = [];
      await finishStore(store, (...finding) => findings.push(finding), this.#customs, at);
      const state = await store.freeze();
      const credentials = this.#keys.listHolders(state);
      const clients = {
        ids: credentials.flatMap(({ clientId }) => clientId ?? []),
        names: credentials.flatMap(({ kind, name }) => (kind === 'application' ? name : [])),
      };
      return { seed, state, at, findings: findings, credentials, clients };
    } finally {
      await store.close();
    }
  }
}
