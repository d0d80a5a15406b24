import type { Cast } from '../contract/cast.ts';

/** A world to make. */
export interface WorldOrder {
  /** 1 to 32 characters of a-z, 0-9 and inner hyphens. Default: generated. */
  readonly id?: string;
  /** Default: the seed that the server was started with. Cannot be combined with `from`. */
  readonly seed?: 'builtin' | 'none' | object;
  /** What to copy: a world as it is now, or as a snapshot holds it. */
  readonly from?: { readonly world: string } | { readonly snapshot: string };
  /**
   * `own`: every key, secret and confidential client id is the world's own, so that it leads there by itself; `cast`:
   * those of the seed. Default: `own`.
   */
  readonly credentials?: 'own' | 'cast';
  /** How long it may be unused before it ends: a duration such as `15m`, or `never`. Default: `1h`. */
  readonly ttl?: string;
}

/** A world, with the ways into it. Times are RFC 3339 in UTC, by the machine's clock. */
export interface WorldInfo {
  readonly id: string;
  /** Everything that the server has is below it, in this world. */
  readonly url: string;
  /** The same with a host name of its own; null if the server was not reached by a name. */
  readonly hostUrl: string | null;
  /** A header that leads into it, with its value. */
  readonly header: Readonly<Record<string, string>>;
  readonly credentials: 'own' | 'cast';
  /** An ISO 8601 duration, or `never`. */
  readonly ttl: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  /** When it ends unless it is used; null: never. */
  readonly expiresAt: string | null;
}

/** A world that was made, with its credentials. */
export interface MadeWorld extends WorldInfo {
  readonly cast: Cast;
  /** Client ids, and ids of keys, that other worlds have as well: by themselves they lead to none of these worlds. */
  readonly ambiguous?: readonly string[];
  /** For a copy with credentials of its own. */
  readonly created?: CreatedCredentials;
}

/** What had been created since the seed in the world that was copied, with the new secrets that the copy gave it. */
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

/** The state of a world at one moment. It is kept until it is deleted or the server ends. */
export interface Snapshot {
  readonly id: string;
  readonly name: string | null;
  /** The world that it was taken of. */
  readonly world: string;
  /** The time on that world's clock: RFC 3339, UTC. */
  readonly at: string;
  /** How large it is. */
  readonly bytes: number;
}

/** The worlds of the server; the same registry for every world. */
export interface WorldsBoard {
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
  /** A data file: written to disk, it can be opened with the option `data`. */
  file(id: string): Promise<Uint8Array>;
  /** Returns the world to this state, clock included. @param id a snapshot of this world */
  restore(id: string): Promise<{ readonly now: string }>;
  delete(id: string): Promise<void>;
}
