import type { MadeWorld as DocumentedMadeWorld, WorldOrder as DocumentedOrder } from '../../generated/library.ts';
import type { Cast } from '../contract/cast.ts';

/** The options of a new world. */
export interface WorldOrder extends Omit<DocumentedOrder, 'seed'> {
  /** Default: the seed that the server was started with. Cannot be combined with `from`. */
  readonly seed?: 'builtin' | 'none' | object;
}

/** A new world with its credentials. */
export interface MadeWorld extends Omit<DocumentedMadeWorld, 'cast' | 'created'> {
  readonly cast: Cast;
  /** For a copy with its own credentials. */
  readonly created?: CreatedCredentials;
}

/** The objects created in the source world since the seed, with new secrets for the copy. */
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
