import type { World, WorldInfo } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import type { PresentedCredential } from '../credentials/presented-credential.ts';
import { Collision, LimitReached } from '../store/errors.ts';
import type { Seed } from '../store/seed.ts';
import type { SharedWorlds as StoredWorlds, WorldRecord } from '../store/sharing.ts';
import type { Begun } from './copies.ts';
import { provenanceText } from './provenance.ts';
import { type StoredWorld, takenProblem, type WorldEntry, Worlds, type WorldsParts } from './registry.ts';
import type { Filled } from './world.ts';

/** The longest delay before a use of a world is written, in milliseconds; shorter if its time to live is shorter. */
const WRITTEN_EVERY = 60_000;

/** How many lookups of credentials are cached for requests that select their world. */
const MOST_FOUND = 10_000;

/** The worlds that a process shares with others. */
export class SharedWorlds extends Worlds {
  readonly isShared = true;
  readonly #stored: StoredWorlds;
  /** Worlds that are being opened. */
  readonly #opening = new Map<string, Promise<void>>();
  /** The worlds that have a credential, as of the last lookup. */
  readonly #holders = new Map<string, readonly string[]>();
  /** When the use of a world was last written, by id. */
  readonly #written = new Map<string, Instant>();
  #version = 0;

  constructor(parts: WorldsParts, stored: StoredWorlds) {
    super(parts);
    this.#stored = stored;
  }

  override async begin(seed: Seed, filled: Filled): Promise<void> {
    await super.begin(seed, filled);
    await this.refresh([]);
    this.sweepLater();
  }

  async refresh(names: readonly string[], presented: readonly PresentedCredential[] = []): Promise<void> {
    const listNamed = () => [...names, ...presented.flatMap((one) => this.ownersOf(one))];
    const first = listNamed();
    await this.#lookAt(first);
    if (!this.isAlone) for (const one of presented) await this.#lookFor(one);
    const others = listNamed().filter((name) => !first.includes(name) && this.entries.has(name));
    if (others.length > 0) await this.#lookAt(others);
    for (const name of listNamed()) await this.#open(name);
  }

  get isAlone(): boolean {
    return this.#stored.records.size === 0 && !this.ended.isAnyGone;
  }

  override has(id: string): boolean {
    return super.has(id) || this.#recordThere(id) !== undefined;
  }

  override list(): readonly WorldInfo[] {
    return [...super.list(), ...this.#listUnopened()];
  }

  override info(id: string): WorldInfo {
    return this.#listUnopened().find((one) => one.id === id) ?? super.info(id);
  }

  protected get count(): number {
    return this.#stored.records.size;
  }

  protected holdersOf(presented: Extract<PresentedCredential, { kind: 'client' | 'key' }>): readonly string[] {
    if (presented.kind === 'key' && this.isAlone) return [];
    return this.#holders.get(nameOf(presented) ?? '') ?? [];
  }

  protected async storeWorld(
    { filled, seed, source }: Begun,
    { id, credentials, ttl, label }: Pick<WorldEntry, 'ttl' | 'credentials' | 'label'> & Pick<World, 'id'>,
  ): Promise<StoredWorld> {
    const { machine, most, shared } = this.parts;
    try {
      const rows = await filled.store.collections.dump();
      const made = provenanceText({ seed, credentials, source, label });
      const order = { name: id, credentials, ttl, label, createdAt: machine.now(), made, rows };
      const { store, record } = await this.#stored.make(order, most, shared);
      return { filled: { ...filled, store, isNew: false }, record };
    } catch (cause) {
      if (cause instanceof Collision) throw takenProblem(id);
      throw cause instanceof LimitReached ? this.crowdedProblem() : cause;
    } finally {
      await filled.store.close();
    }
  }

  /** Notes a use of a world. It is written from time to time, and no request waits for the write. */
  protected override noteUse(entry: WorldEntry): void {
    super.noteUse(entry);
    const record = this.#stored.records.get(entry.world.id);
    if (record === undefined || record.ttl === null) return;
    const { id, ttl, usedAt } = record;
    const now = entry.lastUsedAt;
    if (now - (this.#written.get(id) ?? usedAt) < Math.min(WRITTEN_EVERY, ttl / 4)) return;
    this.#written.set(id, now);
    this.#stored.noteUses([id], now).catch(() => this.#written.delete(id));
  }

  /** Here, or in another process. */
  protected override usedAt(entry: WorldEntry): Instant {
    return Math.max(entry.lastUsedAt, this.#stored.records.get(entry.world.id)?.usedAt ?? 0);
  }

  // The process that sweeps ends it for all.
  protected endUnused(): void {}

  protected async end(id: string): Promise<void> {
    const record = this.#stored.records.get(id);
    if (record === undefined) {
      this.#forget(this.entry(id));
      return;
    }
    await this.#stored.delete(record);
    await this.#lookAt([]);
    this.tell('deleted', id);
  }

  /** If the database is away, the next sweep ends it. */
  protected sweep(): void {
    for (const entry of this.entries.values()) if (entry.world.isHeld) this.noteUse(entry);
    const swept = async () => {
      await this.#stored.sweep(this.parts.machine.now());
      await this.#lookAt([]);
    };
    swept().catch(() => {});
  }

  #forget(entry: WorldEntry): void {
    if (entry.record !== undefined) this.#written.delete(entry.record.id);
    this.forget(entry);
  }

  /** Reads the changes of the default world, of these worlds and of the list of worlds. */
  async #lookAt(names: readonly string[]): Promise<void> {
    const ids = names.flatMap((name) => this.#stored.records.get(name)?.id ?? []);
    await this.#stored.refresh([DEFAULT_WORLD, ...ids]);
    this.#reconcile();
  }

  /** Drops worlds that other processes ended, or replaced by others of the same id. */
  #reconcile(): void {
    const { version, records, gone } = this.#stored;
    if (version === this.#version) return;
    this.#version = version;
    for (const [id, entry] of [...this.entries]) if (records.get(id)?.id !== entry.record?.id) this.#forget(entry);
    for (const id of gone) this.ended.markEnded(id);
    for (const id of records.keys()) this.ended.markBegun(id);
  }

  /** Finds the worlds of a credential that does not name its world. */
  async #lookFor(presented: PresentedCredential): Promise<void> {
    const name = nameOf(presented);
    if (name === null) return;
    const { keys } = this.parts;
    const aliases = presented.kind === 'client' ? keys.clientAliases(presented.clientId) : keys.keyAliases(name);
    const names = await this.#stored.worldsWith(aliases);
    if (this.#holders.size >= MOST_FOUND) this.#holders.clear();
    // A credential that no other world has leads to the default world anyway.
    if (names.some((one) => one !== DEFAULT_WORLD)) this.#holders.set(name, names);
    else this.#holders.delete(name);
  }

  /** Opens a world that another process made. */
  async #open(name: string): Promise<void> {
    const record = this.#stored.records.get(name);
    if (record === undefined || this.entries.has(name) || this.isClosed) return;
    const opening = this.#opening.get(name) ?? this.#openRecord(record).finally(() => this.#opening.delete(name));
    this.#opening.set(name, opening);
    await opening;
  }

  async #openRecord(record: WorldRecord): Promise<void> {
    const { name: id, ttl } = record;
    const opened = await this.#stored.open(record, this.parts.shared);
    if (opened === null) return;
    const { world, ...origin } = await this.openStored(id, opened);
    try {
      // The shared state must be read before the mode and the faults are known.
      await this.#lookAt([id]);
    } catch (cause) {
      await world.close();
      throw cause;
    }
    const isGone = this.#stored.records.get(id)?.id !== record.id;
    if (isGone || this.entries.has(id) || this.isClosed) return world.close();
    this.entries.set(id, this.entryOf(world, { ...origin, ttl, record }));
  }

  /** Worlds that only other processes have used so far. */
  #listUnopened(): readonly WorldInfo[] {
    const records = [...this.#stored.records.values()];
    const others = records.filter(({ name }) => !this.entries.has(name) && this.#recordThere(name) !== undefined);
    // The process that made them wrote their record.
    return others.map(({ name, credentials, ttl, label, createdAt, usedAt }) => ({
      ...{ id: name, ttl, label, createdAt, lastUsedAt: usedAt },
      credentials: credentials as World['credentials'],
    }));
  }

  /** A world that was unused for its time to live counts as ended. */
  #recordThere(id: string): WorldRecord | undefined {
    const record = this.#stored.records.get(id);
    const isOver =
      record !== undefined && record.ttl !== null && this.parts.machine.now() - record.usedAt >= record.ttl;
    return isOver ? undefined : record;
  }
}

/** The key of the lookup; null for a credential that names its world. */
function nameOf(presented: PresentedCredential): string | null {
  if (presented.kind === 'client') return presented.clientId;
  return presented.kind === 'key' ? presented.hash() : null;
}
