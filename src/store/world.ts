import type { NewAccessKey } from './access-keys.ts';
import type { Row } from './collections.ts';
import type { Identity, OAuthClient } from './identities.ts';
import type { NewNgcKey, NgcUser, Organization } from './ngc-keys.ts';

/** What a seed puts into the store; absent members are empty. */
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

/** The seed a world was made from, kept whole: its credentials are public test credentials. */
export interface KeptSeed {
  /** A fingerprint of the seed's text, to tell seeds apart. */
  readonly fingerprint: string;
  readonly origin: 'built-in' | 'file';
  /** JSON. */
  readonly text: string;
}

/** Replacements for credentials. Different credentials must get different replacements. */
export interface Rekeying {
  /** The hash of an NGC key, by the key's id. */
  keyHash(id: string): string;
  /** The hash of the secret of an access key, an application or a service account, by its id. */
  secretHash(id: string): string;
  /** For each collection whose rows are keys: the alias of a row, by its id. */
  readonly aliases?: ReadonlyMap<string, (id: string) => string>;
  /** Gives the client id to use in place of this one. */
  clientId(given: string): string;
}

/** A record that now has a new secret. */
export interface Rekeyed {
  readonly kind: 'ngc-key' | 'access-key' | 'application' | 'service-account';
  readonly id: string;
  readonly name: string;
  /** The new one; null if it has none. */
  readonly clientId: string | null;
  /** The organisation of an NGC key, or the id of an access key's owner; empty for others. */
  readonly owner: string;
}

/** The credentials by which the callers of a world are recognised. */
export interface Credentials {
  /** Those of NGC keys. */
  readonly keyHashes: readonly string[];
  /**
   * Client ids of access keys, applications and service accounts, and names of applications, which can be used as
   * client ids.
   */
  readonly clientIds: readonly string[];
  /** Those of the secrets of access keys, applications and service accounts. */
  readonly secretHashes: readonly string[];
}

export interface WorldStore {
  /** Null before the first load. */
  seed(): Promise<KeptSeed | null>;
  /** Replaces everything in the store, in one step, including settings. */
  load(seed: KeptSeed, records: WorldRecords): Promise<void>;
  /**
   * Gives every NGC key, every secret and every confidential client id a new value, in one step. Authorization codes,
   * refresh tokens and revoked names are removed, and the kept seed is replaced. Records without a secret get none.
   *
   * @returns the records that have new values
   * @throws Collision if two of a kind would get the same value; nothing is changed then
   */
  rekey(rekeying: Rekeying, kept: KeptSeed): Promise<readonly Rekeyed[]>;
  /** The credentials by which the callers of this world are recognised. */
  credentials(): Promise<Credentials>;
  /** How many of each kind there are, by name. */
  counts(): Promise<Readonly<Record<string, number>>>;
}
