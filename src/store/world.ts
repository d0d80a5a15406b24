import type { NewAccessKey } from './access-keys.ts';
import type { Row } from './collections.ts';
import type { Identity, OAuthClient } from './identities.ts';
import type { NewNgcKey, NgcUser, Organization } from './ngc-keys.ts';

/** What a seed puts into the store; what is absent is empty. */
export interface WorldRecords {
  readonly identities?: readonly Identity[];
  readonly accessKeys?: readonly NewAccessKey[];
  readonly oauthClients?: readonly OAuthClient[];
  readonly organizations?: readonly Organization[];
  readonly ngcUsers?: readonly NgcUser[];
  readonly ngcKeys?: readonly NewNgcKey[];
  readonly objects?: readonly Row[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** The seed a world was made of, kept whole: its credentials are public test credentials. */
export interface KeptSeed {
  /** Of the seed's text, to tell seeds apart. */
  readonly fingerprint: string;
  readonly origin: 'built-in' | 'file';
  /** JSON. */
  readonly text: string;
}

/** What takes the place of credentials. Different ones have to become different ones. */
export interface Rekeying {
  /** The hash of an NGC key, by the key's id. */
  keyHash(id: string): string;
  /** The hash of the secret of an access key, an application or a service account, by its id. */
  secretHash(id: string): string;
  /** The client id in place of the one given. */
  clientId(given: string): string;
}

/** Something that has another secret by now. */
export interface Rekeyed {
  readonly kind: 'ngc-key' | 'access-key' | 'application' | 'service-account';
  readonly id: string;
  readonly name: string;
  /** The new one; null for what has none. */
  readonly clientId: string | null;
  /** The organisation of an NGC key, the id of the owner of an access key; empty for others. */
  readonly owner: string;
}

/** What the callers of a world are known by. */
export interface Credentials {
  /** Of NGC keys. */
  readonly keyHashes: readonly string[];
  /** Client ids of access keys, applications and service accounts, and names of applications, which stand for theirs. */
  readonly clientIds: readonly string[];
}

export interface WorldStore {
  /** Null before the first load. */
  seed(): Promise<KeptSeed | null>;
  /** Replaces everything in the store but the decisions, in one step; settings included. */
  load(seed: KeptSeed, records: WorldRecords): Promise<void>;
  /**
   * Gives every NGC key, every secret and every confidential client id another value, in one step. Authorization codes,
   * refresh tokens and revoked names are removed, and the kept seed is replaced. What has no secret gets none.
   *
   * @returns what has new values now
   * @throws Collision when two of a kind would have the same; nothing is changed then
   */
  rekey(rekeying: Rekeying, kept: KeptSeed): Promise<readonly Rekeyed[]>;
  /** What the callers of this world are known by. */
  credentials(): Promise<Credentials>;
  /** How many of each there are, by name. */
  counts(): Promise<Readonly<Record<string, number>>>;
}
