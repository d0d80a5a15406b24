/** What can lead to a world by being known there: client ids, and keys by their hash. */
type Kind = 'client' | 'key';

/** Applications are found by name without regard to case. */
function folded(name: string): string {
  return name.toLowerCase();
}

/** Which worlds have which credentials, where these do not carry their world themselves. */
export class Claims {
  readonly #worlds = { client: new Map<string, Set<string>>(), key: new Map<string, Set<string>>() } as const;
  /** What each world claims, so that it can be dropped without looking at the claims of others. */
  readonly #ofWorld = new Map<string, (readonly [kind: Kind, name: string])[]>();

  /** Are there any claims of keys? */
  get hasKeys(): boolean {
    return this.#worlds.key.size > 0;
  }

  of(kind: Kind, name: string): readonly string[] {
    return [...(this.#worlds[kind].get(folded(name)) ?? [])];
  }

  add(kind: Kind, given: string, world: string): void {
    const name = folded(given);
    const worlds = this.#worlds[kind].get(name) ?? new Set();
    if (worlds.has(world)) return;
    this.#worlds[kind].set(name, worlds.add(world));
    const own = this.#ofWorld.get(world) ?? [];
    own.push([kind, name]);
    this.#ofWorld.set(world, own);
  }

  /** A world is gone. */
  drop(world: string): void {
    for (const [kind, name] of this.#ofWorld.get(world) ?? []) {
      const worlds = this.#worlds[kind].get(name);
      worlds?.delete(world);
      if (worlds?.size === 0) this.#worlds[kind].delete(name);
    }
    this.#ofWorld.delete(world);
  }
}
