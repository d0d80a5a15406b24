import type { ServiceDefinition } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { castAt, castOf } from '../seed/index.ts';
import type { KeptSeed } from '../store/seed.ts';

type Cast = ReturnType<typeof castOf>;

/**
 * The casts of worlds. A stored seed has to be read and checked first, and that of a new world with credentials of its own
 * to be derived before: all of it takes longer than the world. So a world that was made here has its cast from the seed
 * that it was made of, which it keeps.
 */
export class Casts {
  readonly #services: readonly ServiceDefinition[];
  readonly #made = new WeakMap<World, KeptSeed>();

  /** @param services all services but the control API */
  constructor(services: readonly ServiceDefinition[]) {
    this.#services = services;
  }

  /** @param kept the seed that the world was made of, with its own credentials */
  note(world: World, kept: KeptSeed): void {
    this.#made.set(world, kept);
  }

  /** Returns a function that makes the cast of a world for the current time, without bearers. */
  async of(world: World): Promise<() => Cast> {
    const kept = this.#made.get(world) ?? (await world.seed());
    return () => castAt(castOf(kept, this.#services), this.#services, world.clock.now());
  }
}
