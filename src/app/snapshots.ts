import type { Instant } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import type { Random } from '../machine/random.ts';
import type { Made } from './copies.ts';
import type { WorldEntry } from './worlds.ts';

/** The state of a world at one moment. */
export interface Snapshot extends Made {
  readonly id: string;
  readonly name: string | null;
  /** The world that it was taken of. */
  readonly world: string;
  /** The time on the world's clock. */
  readonly at: Instant;
  readonly bytes: Uint8Array;
}

const MOST = 100;
const MOST_BYTES = 256 * 1024 * 1024;
const ID_LENGTH = 12;

/** The snapshots of a process. They end with it. */
export class Snapshots {
  readonly #byId = new Map<string, Snapshot>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @throws Problem `conflict` if there is no room for another one */
  async take({ world, seed, credentials }: WorldEntry, name: string | null): Promise<Snapshot> {
    this.#mustHaveRoom(0);
    const at = world.clock.now();
    const bytes = await world.store.image();
    this.#mustHaveRoom(bytes.length);
    const snapshot = { id: this.#random.hex(ID_LENGTH), name, world: world.id, at, seed, credentials, bytes };
    this.#byId.set(snapshot.id, snapshot);
    return snapshot;
  }

  /** Those of a world, newest first. */
  of(world: string): readonly Snapshot[] {
    return [...this.#byId.values()].filter((one) => one.world === world).reverse();
  }

  /** @throws Problem `not_found` */
  find(id: string): Snapshot {
    const snapshot = this.#byId.get(id);
    if (snapshot !== undefined) return snapshot;
    const message = `There is no snapshot \`${id.slice(0, 100)}\`; \`GET /_mock/snapshots\` lists those of a world. They end with the process.`;
    throw new Problem('not_found', message);
  }

  /** @throws Problem `not_found` */
  delete(id: string): void {
    this.#byId.delete(this.find(id).id);
  }

  #mustHaveRoom(bytes: number): void {
    const held = [...this.#byId.values()].reduce((sum, one) => sum + one.bytes.length, 0);
    const isFull = this.#byId.size >= MOST || held + bytes > MOST_BYTES;
    if (!isFull) return;
    const [oldest] = this.#byId.values();
    const message =
      `${this.#byId.size} snapshots are kept, with ${Math.ceil(held / 1024)} kB in total; the limits are ${MOST} and 256 MB. ` +
      `Delete one with \`DELETE /_mock/snapshots/{id}\`; the oldest is \`${oldest?.id}\` of the world \`${oldest?.world}\`.`;
    throw new Problem('conflict', message);
  }
}
