import { Problem } from '../core/problem.ts';
import type { Quota } from '../core/quota.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import { Collision } from '../store/errors.ts';
import { nameOf } from '../store/row-name.ts';
import type { KeptSeed, Seed } from '../store/seed.ts';
import { settingRow } from '../store/settings.ts';
import type { StoreParts } from '../store/shared.ts';
import { type FrozenRows, frozenRows, rowsIn, weightOf } from '../store/world-rows.ts';
import type { Saved } from './backup-file.ts';
import { type AdoptedWorld, MOST_NAMED, type Worlds } from './registry.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';

/** The setting that tells a default world that was imported from one that only has its seed. */
const IMPORTED = 'imported';

export interface BackupParts {
  readonly worlds: Worlds;
  readonly snapshots: Snapshots;
  readonly revive: (kept: KeptSeed) => Seed;
  readonly revisions: StoreParts['revisions'];
  /** For the objects of all worlds together. */
  readonly state: Quota;
}

/** All worlds, the default one first, and all snapshots, each as it is when it is asked for. */
export async function* savedIn({ worlds, snapshots }: BackupParts): AsyncGenerator<Saved> {
  for (const { id } of worlds.list()) {
    const entry = await unlessGone(worlds.openEntry(id));
    if (entry === null) continue;
    const { world, credentials, source, ttl, label } = entry;
    const { fingerprint, origin, text } = world.origin;
    const made = { seed: { fingerprint, origin, text }, credentials, source, label };
    const head = { world: { id, ttl, made, mode: world.mode, faults: world.faults.list() } };
    yield { head, rows: rowsIn(await world.store.freeze()) };
  }
  for (const { id } of await snapshots.all()) {
    const found = await unlessGone(snapshots.find(id));
    if (found === null) continue;
    const { name, world, at, credentials, rows, seed } = found;
    const { fingerprint, origin, text } = seed;
    const made = { seed: { fingerprint, origin, text }, credentials };
    yield { head: { snapshot: { id, name, world, at, made } }, rows: rowsIn(rows) };
  }
}

/** Another request may delete it meanwhile. */
async function unlessGone<Found>(finding: Promise<Found>): Promise<Found | null> {
  try {
    return await finding;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.kind === 'not_found') return null;
    throw thrown;
  }
}

function isDefault({ id }: Pick<AdoptedWorld, 'id'>): boolean {
  return id === DEFAULT_WORLD;
}

/** The rows of an imported default world. */
function marked(rows: Saved['rows']): Saved['rows'] {
  const mark = settingRow(IMPORTED, 'true');
  return [...rows.filter((row) => nameOf(row) !== nameOf(mark)), mark];
}

/** One step of an import: nothing of it is done, or all of it. */
export interface ImportStep {
  readonly kind: 'world' | 'snapshot';
  readonly id: string;
  readonly run: () => Promise<void>;
}

/** Collects what a file has, and then makes it in a server. */
export class Import {
  readonly #parts: BackupParts;
  readonly #worlds = new Map<string, AdoptedWorld>();
  readonly #snapshots = new Map<string, Omit<Snapshot, 'size'>>();
  readonly #seeds = new Map<string, Seed>();
  #bytes = 0;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  /** @throws Problem if the file cannot be imported */
  readonly add = ({ head, rows }: Saved): void => {
    const { made, ...rest } = 'world' in head ? head.world : head.snapshot;
    const { credentials, source = null, label = null } = made;
    const kept = { ...rest, seed: this.#revived(made.seed), credentials };
    if ('at' in kept) this.#snapshots.set(kept.id, { ...kept, rows: this.#frozen(rows) });
    else {
      const all = this.#frozen(kept.id === DEFAULT_WORLD ? marked(rows) : rows);
      this.#hold(weightOf(all));
      this.#worlds.set(kept.id, { ...kept, source, label, rows: all });
    }
  };

  /**
   * The steps that make all of it, the default world last: if an earlier step fails, it is as it was.
   *
   * @param mayReplace replaces worlds and snapshots that exist
   * @throws Problem `conflict` if any of it exists, or if there is no room
   */
  async steps(mayReplace: boolean): Promise<readonly ImportStep[]> {
    const { worlds, snapshots } = this.#parts;
    await worlds.refresh([]);
    if (!mayReplace) await this.#mustBeNew();
    worlds.mustHaveRoomFor([...this.#worlds.keys()]);
    await snapshots.mustHaveRoomFor([...this.#snapshots.values()]);
    const all = [...this.#worlds.values()];
    const [first, others] = [all.filter(isDefault), all.filter((world) => !isDefault(world))];
    const stepOf = (world: AdoptedWorld): ImportStep => ({
      ...{ kind: 'world', id: world.id },
      run: () => this.#make(world),
    });
    return [
      ...others.map(stepOf),
      ...[...this.#snapshots.values()].map((snapshot): ImportStep => {
        return { kind: 'snapshot', id: snapshot.id, run: () => snapshots.adopt(snapshot) };
      }),
      ...first.map(stepOf),
    ];
  }

  /** @throws Problem `conflict` naming the worlds and snapshots that exist */
  async #mustBeNew(): Promise<void> {
    const { worlds, snapshots } = this.#parts;
    const there: string[] = [];
    for (const { id } of this.#worlds.values()) {
      const isFree = id === DEFAULT_WORLD ? await worlds.isDefaultUnchanged() : !worlds.has(id);
      if (!isFree) there.push(`the world \`${id}\`${id === DEFAULT_WORLD ? ', which has changed since its seed' : ''}`);
    }
    for (const { id } of await snapshots.all()) if (this.#snapshots.has(id)) there.push(`the snapshot \`${id}\``);
    if (there.length === 0) return;
    const more = there.length > MOST_NAMED ? `; and ${there.length - MOST_NAMED} more` : '';
    const message = `Nothing was imported, because this server already has ${there.slice(0, MOST_NAMED).join('; ')}${more}. Replace them with \`?replace=true\` (\`nv-auth-mock import --replace\`).`;
    throw new Problem('conflict', message);
  }

  /** Worlds of one seed share what is made of it. */
  #revived(kept: KeptSeed): Seed {
    const seed = this.#seeds.get(kept.text) ?? this.#parts.revive(kept);
    this.#seeds.set(kept.text, seed);
    return seed;
  }

  #frozen(rows: Saved['rows']): FrozenRows {
    try {
      return frozenRows(rows, this.#parts.revisions);
    } catch (thrown) {
      if (!(thrown instanceof Collision)) throw thrown;
      throw new Problem('invalid_request', 'A world of the file has an object twice. Nothing was imported.');
    }
  }

  #hold(bytes: number): void {
    const { state } = this.#parts;
    this.#bytes += bytes;
    if (this.#bytes > state.bytes) throw new Problem('too_large', 'The worlds need too much memory.');
  }

  async #make(world: AdoptedWorld): Promise<void> {
    const { worlds } = this.#parts;
    if (world.id !== DEFAULT_WORLD && worlds.has(world.id)) await worlds.delete(world.id);
    await worlds.adopt(world);
  }
}
