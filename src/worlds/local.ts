import type { World } from '../contract/world.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import type { PresentedCredential } from '../credentials/presented-credential.ts';
import { Unwritable } from '../store/errors.ts';
import type { KeptWorld, KeptWorlds } from '../store/kept-worlds.ts';
import type { Begun } from './copies.ts';
import type { SeedClients } from './credentials.ts';
import { provenanceText } from './provenance.ts';
import { MOST_NAMED, type StoredWorld, type WorldEntry, Worlds, type WorldsParts } from './registry.ts';

/** The worlds that a process has alone. */
export class LocalWorlds extends Worlds {
  readonly isShared = false;
  readonly #kept: KeptWorlds | null;

  /** @param kept where worlds are kept that outlive the process; null if they end with it */
  constructor(parts: WorldsParts, kept: KeptWorlds | null) {
    super(parts);
    this.#kept = kept;
  }

  override async reopen(): Promise<readonly string[]> {
    const kept = this.#kept;
    if (kept === null || kept.found.length === 0) return [];
    const ended: string[] = [];
    for (const one of kept.found) {
      const isOver = one.ttl !== null && this.parts.machine.now() - one.usedAt >= one.ttl;
      if (isOver) kept.delete(one.name);
      if (isOver) ended.push(one.name);
      else await this.#reopen(kept, one);
    }
    if (this.entries.size > 0) this.sweepLater();
    return reopenedNotices(this.entries.size, ended);
  }

  // No other process changes anything.
  async refresh(): Promise<void> {}

  get isAlone(): boolean {
    return this.entries.size === 0 && !this.ended.isAnyGone;
  }

  protected get count(): number {
    return this.entries.size;
  }

  protected holdersOf(presented: Extract<PresentedCredential, { kind: 'client' | 'key' }>): readonly string[] {
    const { index } = this.indexing;
    if (presented.kind === 'client') return index.of('client', presented.clientId);
    return index.hasKeys ? index.of('key', presented.hash()) : [];
  }

  protected async storeWorld(
    { filled, seed, source }: Begun,
    { id, credentials, ttl, label }: Pick<WorldEntry, 'ttl' | 'credentials' | 'label'> & Pick<World, 'id'>,
  ): Promise<StoredWorld> {
    if (this.#kept === null) return { filled };
    const now = this.parts.machine.now();
    const made = provenanceText({ seed, credentials, source, label });
    const rows = await filled.store.freeze();
    // Its bytes are not counted twice.
    await filled.store.close();
    const store = this.#kept.make({ name: id, made, ttl, createdAt: now, usedAt: now }, rows);
    return { filled: { ...filled, store } };
  }

  protected override notMade(id: string): void {
    this.#kept?.delete(id);
  }

  protected override noteUse(entry: WorldEntry): void {
    super.noteUse(entry);
    if (entry.ttl !== null) this.#kept?.noteUse(entry.world.id, entry.lastUsedAt);
  }

  /** If the disk takes no changes, the next sweep ends it. */
  protected endUnused(entry: WorldEntry): void {
    try {
      this.#remove(entry);
    } catch (cause) {
      if (!(cause instanceof Unwritable)) throw cause;
    }
  }

  protected end(id: string): void {
    this.#remove(this.entry(id));
  }

  protected sweep(): void {
    for (const entry of [...this.entries.values()]) if (this.isOver(entry)) this.endUnused(entry);
    if (this.entries.size === 0) this.stopSweeping();
  }

  protected override async noteReplacement(world: World, clients: SeedClients | undefined): Promise<void> {
    const entry = this.entries.get(world.id);
    if (world.id === DEFAULT_WORLD) await super.noteReplacement(world, clients);
    else if (entry?.world === world) await this.indexing.addAgain(world, entry.source, clients);
  }

  #remove(entry: WorldEntry): void {
    // If the disk takes no changes, it is there as before.
    this.#kept?.delete(entry.world.id);
    this.forget(entry);
    this.tell('deleted', entry.world.id);
  }

  async #reopen(kept: KeptWorlds, { name: id, made, ttl, createdAt, usedAt }: KeptWorld): Promise<void> {
    const stored = await this.openStored(id, { store: kept.open(id), made });
    this.entries.set(id, { ...stored, ttl, createdAt, lastUsedAt: usedAt });
    this.ended.markBegun(id);
    await this.indexing.add(stored.world, stored.source);
  }
}

function reopenedNotices(back: number, ended: readonly string[]): readonly string[] {
  if (back === 0 && ended.length === 0) return [];
  const worlds = (count: number) => `${count} ${count === 1 ? 'world' : 'worlds'}`;
  const named = ended.slice(0, MOST_NAMED).map((id) => `\`${id}\``);
  const more = ended.length > named.length ? ` and ${ended.length - named.length} more` : '';
  const unused =
    ended.length === 0 ? '' : `, and ${worlds(ended.length)} ended without use: ${named.join(', ')}${more}`;
  return [`${worlds(back)} of --data ${back === 1 ? 'is' : 'are'} back${unused}.`];
}
