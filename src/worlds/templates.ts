import type { Holder } from '../contract/credentials.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Settings } from '../definitions/settings.ts';
import type { Reports } from '../journal/finding.ts';
import { MEGABYTE } from '../memory/bytes.ts';
import { sharedCache } from '../memory/caches.ts';
import { type KeyReport, reportUselessKeys, reviveToggle } from '../ngc-keys/keyring.ts';
import { openMemory } from '../store/memory.ts';
import type { Seed } from '../store/seed.ts';
import { type State, sizeOf } from '../store/state.ts';
import type { Clock, Instant } from '../time/clock.ts';
import type { Credentials, SeedClients } from './credentials.ts';

/** A world made from its seed, as the initial content of others. */
export interface Template {
  /** The seed it was made from, with password hashes, which are slow to compute. */
  readonly seed: Seed;
  readonly state: State;
  /** When it was made: the world's contents begin then. */
  readonly at: Instant;
  /** The notices about it for the user. */
  readonly findings: readonly Parameters<Reports['report']>[];
  /** All credentials in it. */
  readonly credentials: readonly Holder[];
  readonly clients: SeedClients;
}

/**
 * The maximum age of a template, in milliseconds, when a world is made from it: its times become the beginning of that
 * world.
 */
const FRESH = 1000;

/** How much memory its rows take, by the characters that they have as JSON. */
const ROW_COPIES = 10;
/** How much memory a seed takes, its text and its value, by the characters of the text. */
export const SEED_COPIES = 6;

const sizeOfTemplate = ({ state, seed }: Template) => ROW_COPIES * sizeOf(state) + SEED_COPIES * seed.text.length;

/** The parts that are needed to finish a filled world. */
export interface Customs {
  readonly settings: Settings;
  readonly rulesets: readonly Ruleset[];
}

/** Restores the toggle that the server was started with, and reports keys that can do nothing. */
export async function finishFilled(
  store: KeyReport['store'],
  report: Reports['report'],
  { settings, rulesets }: Customs,
  now: Instant,
): Promise<void> {
  await reviveToggle({ store, settings });
  await reportUselessKeys({ rulesets, store, findings: { report } }, now);
}

/** The state that a seed defines at a moment. */
export type StateOfSeed = (seed: Seed, at: Instant) => Promise<State>;

/** Templates of seeds: tests make many worlds from one seed. */
export class Templates {
  readonly #templates = sharedCache(4 * MEGABYTE, sizeOfTemplate);
  readonly #making = new Map<string, Promise<Template>>();
  readonly #machine: Clock;
  readonly #customs: Customs;
  readonly #keys: Credentials;
  readonly #stateOf: StateOfSeed;

  constructor(machine: Clock, customs: Customs, keys: Credentials, stateOf: StateOfSeed) {
    this.#machine = machine;
    this.#customs = customs;
    this.#keys = keys;
    this.#stateOf = stateOf;
  }

  /** The template of a seed, at most a second old. */
  async of(seed: Seed): Promise<Template> {
    const known = this.#templates.get(seed.text);
    const age = known === undefined ? FRESH : this.#machine.now() - known.at;
    if (known !== undefined && age >= 0 && age < FRESH) return known;
    const making =
      this.#making.get(seed.text) ?? this.#make(known?.seed ?? seed).finally(() => this.#making.delete(seed.text));
    this.#making.set(seed.text, making);
    const made = await making;
    this.#templates.set(seed.text, made);
    return made;
  }

  async #make(seed: Seed): Promise<Template> {
    const at = this.#machine.now();
    const store = openMemory(await this.#stateOf(seed, at));
    try {
      const found: Parameters<Reports['report']>[] = [];
      await finishFilled(store, (...finding) => found.push(finding), this.#customs, at);
      const state = await store.freeze();
      const credentials = this.#keys.holdersIn(state);
      const clients = {
        ids: credentials.flatMap(({ clientId }) => clientId ?? []),
        names: credentials.flatMap(({ kind, name }) => (kind === 'application' ? name : [])),
      };
      return { seed, state, at, findings: found, credentials, clients };
    } finally {
      await store.close();
    }
  }
}
