import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { readCast, updateCast } from '../seed/index.ts';
import type { StoredSeed } from '../store/seed.ts';

type Cast = ReturnType<typeof readCast>;

/**
 * The casts of worlds. Parsing a stored seed and deriving a new world's credentials take longer than creating the
 * world, so worlds created in this process keep their seed and derive the cast from it.
 */
export class Casts {
  readonly #services: readonly ServiceDefinition[];
  readonly #seeds = new WeakMap<World, StoredSeed>();

  /** @param services all services except the control API */
  constructor(services: readonly ServiceDefinition[]) {
    this.#services = services;
  }

  /** Keeps the seed of a world. @param storedSeed the seed with the world's own credentials */
  rememberSeed(world: World, storedSeed: StoredSeed): void {
    this.#seeds.set(world, storedSeed);
  }

  /** Returns a function that creates the current cast of a world, without bearers. */
  async createReader(world: World): Promise<() => Cast> {
    const storedSeed = this.#seeds.get(world) ?? (await world.seed());
    return () => updateCast(readCast(storedSeed, this.#services), this.#services, world.clock.now());
  }
}
