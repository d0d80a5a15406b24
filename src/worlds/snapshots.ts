import { Problem } from '../decisions/problem.ts';
import type { Random } from '../lib/random.ts';
import { DEFAULT_WORLD } from '../lib/world-id.ts';
import { NotFound } from '../store/errors.ts';
import { type State, sizeOf } from '../store/state.ts';
import type { StoredWorlds } from '../store/stored-worlds.ts';
import type { SnapshotRecord } from '../store/world-log.ts';
import type { WorldEntry } from './entry.ts';

const MAX_SNAPSHOTS = 100;
const MAX_BYTES = 256 * 1024 * 1024;
const ID_LENGTH = 12;

export class Snapshots {
  readonly #storage: StoredWorlds;
  readonly #random: Random;

  constructor(random: Random, storage: StoredWorlds) {
    this.#random = random;
    this.#storage = storage;
  }

  /** Takes a snapshot. @throws Problem `conflict` if the limit is reached; `not_found` if the world was deleted */
  async take({ world }: WorldEntry, name: string | null): Promise<SnapshotRecord> {
    this.#checkRoom(0);
    const at = world.clock.now();
    const state = world.store.collections.freeze();
    this.#checkRoom(sizeOf(state));
    const info = { id: this.#random.hex(ID_LENGTH), name, world: world.id, at };
    return this.#storage.addSnapshot(info, state).catch((cause: unknown) => {
      if (!(cause instanceof NotFound)) throw cause;
      throw new Problem('not_found', `The world \`${world.id}\` was deleted in the meantime.`);
    });
  }

  /** Returns the snapshots of a world, newest first. */
  of(world: string): readonly SnapshotRecord[] {
    return this.#storage.snapshots
      .list()
      .filter((snapshot) => snapshot.world === world)
      .reverse();
  }

  /** Runs `work` with the state of a snapshot that exists, which is not deleted before `work` ends. */
  use<Result>(id: string, work: (state: State) => Promise<Result>): Promise<Result> {
    return this.#storage.snapshots.use(id, work);
  }

  /** @param from the world in the request's URL; the default world sees all snapshots @throws Problem `not_found` */
  find(id: string, from = DEFAULT_WORLD): SnapshotRecord {
    // A test must not see the snapshots of another test. The default world shows all of them.
    const isVisible = (world: string) => world === from || from === DEFAULT_WORLD;
    const snapshot = this.#storage.snapshots.list().find((one) => one.id === id && isVisible(one.world));
    if (snapshot !== undefined) return snapshot;
    const message = `There is no snapshot \`${id.slice(0, 100)}\` here; \`GET /_mock/snapshots\` lists the snapshots of a world. A snapshot ends with its world.`;
    throw new Problem('not_found', message);
  }

  /** @param from the world in the request's URL @throws Problem `not_found` */
  async delete(id: string, from: string): Promise<void> {
    this.find(id, from);
    await this.#storage.snapshots.delete(id);
  }

  #checkRoom(bytes: number): void {
    const stored = this.#storage.snapshots.list();
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
