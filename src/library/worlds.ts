import type {
  MadeWorld as DocumentedMadeWorld,
  WorldOrder as DocumentedOrder,
  Restored,
  Snapshot,
  WorldInfo,
} from '../../generated/library.ts';
import type { Cast } from '../contract/cast.ts';

/** A world to make. */
export interface WorldOrder extends Omit<DocumentedOrder, 'seed'> {
  /** Default: the seed that the server was started with. Cannot be combined with `from`. */
  readonly seed?: 'builtin' | 'none' | object;
}

/** A world that was made, with its credentials. */
export interface MadeWorld extends Omit<DocumentedMadeWorld, 'cast' | 'created'> {
  readonly cast: Cast;
  /** For a copy with credentials of its own. */
  readonly created?: CreatedCredentials;
}

/** The objects created since the seed in the source world, with the new secrets of the copy. */
export interface CreatedCredentials {
  readonly keys: readonly {
    readonly id: string;
    readonly org: string;
    readonly name: string;
    readonly key: string;
  }[];
  readonly accessKeys: readonly CreatedClient[];
  readonly applications: readonly {
    readonly id: string;
    readonly name: string;
    readonly clientId: string;
    readonly secret: string;
  }[];
  readonly serviceAccounts: readonly CreatedClient[];
}

interface CreatedClient {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The worlds of the server; the same registry for every world. */
export interface WorldsBoard {
  /** Without an `id`, a random one is chosen here. It is also sent as the header `x-mock-world`, for balancers. */
  create(order?: WorldOrder): Promise<MadeWorld>;
  /** The default world first. */
  list(): Promise<readonly WorldInfo[]>;
  get(id: string): Promise<WorldInfo>;
  /** Running requests in it finish. The world `default` cannot be deleted. */
  delete(id: string): Promise<void>;
}

/** The snapshots of a world: state, clock, toggle and histories, without decisions and findings. */
export interface SnapshotsBoard {
  take(name?: string): Promise<Snapshot>;
  list(): Promise<readonly Snapshot[]>;
  get(id: string): Promise<Snapshot>;
  /** The snapshot as a file, for `upload` and for the option `snapshot` of another server. It has secrets. */
  download(id: string): Promise<Uint8Array>;
  /** Adds the snapshot of such a file. @throws MockError if it is damaged, or if there is one of its id */
  upload(file: Uint8Array): Promise<Snapshot>;
  /** Returns the world to this state, clock included. @param id a snapshot of this world */
  restore(id: string): Promise<Restored>;
  delete(id: string): Promise<void>;
}
