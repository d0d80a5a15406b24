import type { Instant } from '../lib/clock.ts';
import type { Store } from '../store/index.ts';
import { createSeedRow, type Seed } from '../store/seed.ts';
import { createState, type State } from '../store/state.ts';
import type { SeedClients } from './credentials.ts';

export interface InitialState {
  readonly state: State;
  /** The clients of the seed, for a world with its own credentials. Undefined: look them up in the store. */
  readonly clients?: SeedClients | undefined;
}

export interface FilledStore {
  readonly store: Store;
  /** Whether the clock shows real time. */
  readonly isNew: boolean;
}

/** Returns the rows of a seed at a given moment, including the seed as a row. */
export async function createStateOfSeed(seed: Seed, now: Instant): Promise<State> {
  return createState([createSeedRow(seed), ...(await seed.rows(now))]);
}

/** Caches the built-in seed and its latest rows for servers with the same services: they take half of the startup. */
export class SeedStates {
  readonly #seeds = new Map<string, Promise<Seed>>();
  readonly #rows = new WeakMap<Seed, { readonly at: Instant; readonly state: Promise<State> } | null>();

  /** @param services their names @param create called if the seed is not cached yet */
  builtIn(services: readonly string[], create: () => Promise<Seed>): Promise<Seed> {
    const name = services.join(' ');
    const seed = this.#seeds.get(name) ?? create();
    this.#seeds.set(name, seed);
    return seed.then((cached) => {
      if (!this.#rows.has(cached)) this.#rows.set(cached, null);
      return cached;
    });
  }

  /** Like the function `createStateOfSeed`. Other seeds aren't cached, because their number is unlimited. */
  async stateOf(seed: Seed, now: Instant): Promise<State> {
    const cached = this.#rows.get(seed);
    if (cached === undefined) return createStateOfSeed(seed, now);
    const current = cached?.at === now ? cached : { at: now, state: createStateOfSeed(seed, now) };
    this.#rows.set(seed, current);
    return current.state;
  }
}
