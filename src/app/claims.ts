import { DEFAULT_WORLD } from '../core/world-id.ts';

/** What can lead to a world because it is known there: client ids, and keys by their hash. */
const KINDS = ['client', 'key'] as const;
type Kind = (typeof KINDS)[number];

/** Applications are found by name regardless of case. */
function folded(name: string): string {
  return name.toLowerCase();
}

/** Which worlds have which credentials, for credentials that do not name their world themselves. */
export class WorldClaims {
  readonly #worlds = { client: new Map<string, Set<string>>(), key: new Map<string, Set<string>>() } as const;
  /** What each world claims, so that it can be dropped without searching the claims of others. */
  readonly #ofWorld = new Map<string, Readonly<Record<Kind, Set<string>>>>();

  /** Does any world claim a key? */
  get hasKeys(): boolean {
    return this.#worlds.key.size > 0;
  }

  of(kind: Kind, name: string): readonly string[] {
    return [...(this.#worlds[kind].get(folded(name)) ?? [])];
  }

  /** What a world claims. */
  in(kind: Kind, world: string): readonly string[] {
    return [...(this.#ofWorld.get(world)?.[kind] ?? [])];
  }

  add(kind: Kind, given: string, world: string): void {
    const name = folded(given);
    const worlds = this.#worlds[kind].get(name) ?? new Set();
    this.#worlds[kind].set(name, worlds.add(world));
    const own = this.#ofWorld.get(world) ?? { client: new Set(), key: new Set() };
    own[kind].add(name);
    this.#ofWorld.set(world, own);
  }

  /** A world no longer has it. */
  remove(kind: Kind, given: string, world: string): void {
    const name = folded(given);
    this.#ofWorld.get(world)?.[kind].delete(name);
    const worlds = this.#worlds[kind].get(name);
    worlds?.delete(world);
    if (worlds?.size === 0) this.#worlds[kind].delete(name);
    // Whatever nobody claims leads to the default world anyway.
    else if (worlds?.size === 1 && worlds.has(DEFAULT_WORLD)) this.remove(kind, name, DEFAULT_WORLD);
  }

  /** A world is gone. */
  drop(world: string): void {
    const own = this.#ofWorld.get(world);
    for (const kind of KINDS) for (const name of own?.[kind] ?? []) this.remove(kind, name, world);
    this.#ofWorld.delete(world);
  }
}
