import { DEFAULT_WORLD } from '../addresses/world-id.ts';
import { Problem } from '../decisions/problem.ts';
import type { Random } from '../platform/random.ts';
import { Collision } from '../store/errors.ts';
import type { Seed, StoredSeed } from '../store/seed.ts';
import type { SnapshotInfo, SnapshotRecord, SnapshotStore, StoredSnapshot } from '../store/snapshot-store.ts';
import { type State, sizeOf, type UsedRow } from '../store/state.ts';
import type { WorldEntry } from './entry.ts';
import type { SeedAndCredentials } from './initial-content.ts';
import { parseProvenance, serializeProvenance } from './provenance.ts';

/** The state of a world at one moment. */
export interface Snapshot extends SeedAndCredentials, SnapshotInfo {
  readonly state: State;
}

const MAX_SNAPSHOTS = 100;
const MAX_BYTES = 256 * 1024 * 1024;
const ID_LENGTH = 12;

/** The snapshots of all worlds. */
export class Snapshots {
  readonly #store: SnapshotStore;
  readonly #random: Random;
  readonly #revive: (storedSeed: StoredSeed) => Seed;

  /** @param revive restores a stored seed */
  constructor(random: Random, store: SnapshotStore, revive: (storedSeed: StoredSeed) => Seed) {
    this.#store = store;
    this.#random = random;
    this.#revive = revive;
  }

  /** Takes a snapshot. @throws Problem `conflict` if the limit is reached */
  async take({ world, credentials }: WorldEntry, name: string | null): Promise<SnapshotInfo> {
    await this.#checkRoom(0);
    const { origin: seed } = world;
    const at = world.clock.now();
    const state = await world.store.freeze();
    await this.#checkRoom(sizeOf(state));
    const info = { id: this.#random.hex(ID_LENGTH), name, world: world.id, at };
    return {
      ...info,
      size: await this.#store.put({ ...info, made: serializeProvenance({ seed, credentials }), state }),
    };
  }

  /** Returns the snapshots of all worlds, oldest first. */
  list(): Promise<readonly SnapshotRecord[]> {
    return this.#store.list();
  }

  /**
   * Adds a snapshot taken by any server.
   *
   * @param to the world in the request's URL
   * @throws Problem `conflict` if its id is taken, if it is of another world, or if the limit is reached
   */
  async add({ made, ...rest }: Omit<StoredSnapshot, 'place' | 'size'>, to: string): Promise<SnapshotInfo> {
    const { id, name, world, at } = rest;
    if (!isVisible(rest, to)) {
      const message = `The snapshot is of the world \`${world.slice(0, 100)}\`: upload it to that world, or to \`${DEFAULT_WORLD}\`.`;
      throw new Problem('conflict', message);
    }
    await this.#checkRoom(sizeOf(rest.state));
    try {
      return { id, name, world, at, size: await this.#store.put({ ...rest, made }) };
    } catch (thrown) {
      if (!(thrown instanceof Collision)) throw thrown;
      throw new Problem('conflict', `The snapshot \`${id}\` already exists. Delete it first to replace it.`);
    }
  }

  /** Returns the snapshots of a world, newest first. */
  async of(world: string): Promise<readonly SnapshotRecord[]> {
    return (await this.#store.list()).filter((snapshot) => snapshot.world === world).reverse();
  }

  /**
   * Runs `work` with a snapshot.
   *
   * @param from the world in the request's URL; by default, the snapshot may be of any world
   * @throws Problem `not_found`
   */
  use<Result>(id: string, work: (snapshot: Snapshot) => Promise<Result>, from = DEFAULT_WORLD): Promise<Result> {
    return this.#store.use(id, async (snapshot) => {
      if (snapshot === null || !isVisible(snapshot, from)) throw noSnapshot(id);
      const { made, ...rest } = snapshot;
      const { seed, credentials } = parseProvenance(made);
      return work({ ...rest, seed: this.#revive(seed), credentials });
    });
  }

  /** Returns a snapshot without its content. @throws Problem `not_found` */
  async find(id: string, from: string): Promise<SnapshotRecord> {
    const snapshot = (await this.#store.list()).find((one) => one.id === id && isVisible(one, from));
    if (snapshot === undefined) throw noSnapshot(id);
    return snapshot;
  }

  /** Returns the rows of a snapshot that exists. */
  rowsOf(id: string): AsyncIterable<UsedRow> {
    return this.#store.rowsOf(id);
  }

  /** @throws Problem `not_found` */
  async delete(id: string, from: string): Promise<void> {
    await this.find(id, from);
    if (!(await this.#store.delete(id))) throw noSnapshot(id);
  }

  async #checkRoom(bytes: number): Promise<void> {
    const stored = await this.#store.list();
    const totalBytes = stored.reduce((sum, { size }) => sum + size, 0);
    const isFull = stored.length >= MAX_SNAPSHOTS || totalBytes + bytes > MAX_BYTES;
    if (!isFull) return;
    const [oldest] = stored;
    const message =
      `${stored.length} snapshots are stored, with ${Math.ceil(totalBytes / 1024)} kB in total; the limits are ${MAX_SNAPSHOTS} and 256 MB. ` +
      `Delete one with \`DELETE /_mock/snapshots/{id}\`, in its world or in \`default\`; the oldest is \`${oldest?.id}\` of the world \`${oldest?.world}\`.`;
    throw new Problem('conflict', message);
  }
}

/** A test must not see the snapshots of another test. The default world shows all of them. */
function isVisible({ world }: Pick<SnapshotInfo, 'world'>, from: string): boolean {
  return world === from || from === DEFAULT_WORLD;
}

function noSnapshot(id: string): Problem {
  const message = `There is no snapshot \`${id.slice(0, 100)}\` here; \`GET /_mock/snapshots\` lists the snapshots of a world. Without \`--data\`, snapshots end with the process.`;
  return new Problem('not_found', message);
}
