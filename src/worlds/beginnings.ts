import type { Reports } from '../journal/finding.ts';
import type { Store } from '../store/index.ts';
import { type Seed, seedRow } from '../store/seed.ts';
import { type State, stateOf } from '../store/state.ts';
import type { Instant } from '../time/clock.ts';
import type { SeedClients } from './credentials.ts';

/** The notices about a world for its user. */
export type FoundInSeed = readonly Parameters<Reports['report']>[];

/** The initial content of a world, made from its seed. */
export interface Begin {
  readonly state: State;
  readonly findings: FoundInSeed;
  /** The aliases of its callers, if it has credentials of its own; undefined: ask the store. */
  readonly clients?: SeedClients | undefined;
}

/** A store with the initial content of a world. */
export interface Filled {
  readonly store: Store;
  /** Does its clock show real time? */
  readonly isNew: boolean;
  readonly findings: FoundInSeed;
}

/** The rows that a seed defines at a moment, and the seed itself as a row. */
export async function stateOfSeed(seed: Seed, now: Instant): Promise<State> {
  return stateOf([seedRow(seed), ...(await seed.rows(now))]);
}

interface Kept {
  readonly at: Instant;
  readonly state: Promise<State>;
}

/**
 * The built-in seed, and its rows at the moment that was last asked for. Servers that are given the same one share
 * them, if they have the same services: making them takes half of a start. Holds at most one for each set of services.
 */
export class Beginnings {
  readonly #seeds = new Map<string, Promise<Seed>>();
  /** For each of these seeds; null until its rows are asked for. */
  readonly #rows = new WeakMap<Seed, Kept | null>();

  /**
   * The built-in seed.
   *
   * @param services the names of the services that it is for
   * @param made called if there is none yet
   */
  builtIn(services: readonly string[], made: () => Promise<Seed>): Promise<Seed> {
    const name = services.join(' ');
    const seed = this.#seeds.get(name) ?? made();
    this.#seeds.set(name, seed);
    return seed.then((one) => {
      if (!this.#rows.has(one)) this.#rows.set(one, null);
      return one;
    });
  }

  /** As `stateOfSeed`. That of another seed is not kept, because nothing bounds their number. */
  async stateOf(seed: Seed, now: Instant): Promise<State> {
    const known = this.#rows.get(seed);
    if (known === undefined) return stateOfSeed(seed, now);
    const kept = known?.at === now ? known : { at: now, state: stateOfSeed(seed, now) };
    this.#rows.set(seed, kept);
    return kept.state;
  }
}
