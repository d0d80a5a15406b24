import type { Row } from '../store/row.ts';
import type { DeriveKey } from '../tokens/derivation.ts';

/** Computes the credentials that replace those of a copied world. Different credentials get different replacements. */
export interface CredentialReplacer {
  /** Returns the hash of a new key. The text of the key is derived from the id. */
  keyHash(derive: DeriveKey, id: string): string;
  /** Returns the hash of a new secret. @param id of the secret's owner */
  secretHash(id: string): string;
  /** Returns the client id that replaces this one. */
  clientId(current: string): string;
}

export interface Holder {
  readonly kind: 'ngc-key' | 'access-key' | 'application' | 'service-account';
  readonly id: string;
  readonly name: string;
  readonly clientId: string | null;
  /** The organisation of an NGC key, or the id of an access key's owner; empty for others. */
  readonly owner: string;
}

/** A collection whose rows have credentials. In a world with its own credentials, every row has new ones. */
export interface CredentialRows<Entry extends Row = Row> {
  readonly collection: string;
  /** Returns the row with new credentials, or the row itself if it has none. */
  rekey(row: Entry, rekeying: CredentialReplacer): Row;
  holderOf(row: Entry): Holder | null;
  /** For rows with a client id. Absent for keys: the hash of a key's text is its only alias. */
  readonly clients?: {
    /** Returns the client ids that callers may send. */
    idsOf(row: Entry): readonly string[];
    aliasesOf(clientId: string): readonly string[];
  };
}

export interface ServiceCredentials {
  readonly rows: readonly CredentialRows[];
  /** The collections of rows that come from a credential and end with it: codes, logins. */
  readonly derivedCollections: readonly string[];
}

export interface ObjectCounts {
  /** By display name: the collection whose rows are counted, or one owner's rows in it. */
  readonly counted: Readonly<Record<string, { readonly collection: string; readonly owner?: string }>>;
  /** Collections that hold no objects and are not counted. */
  readonly uncountedCollections: readonly string[];
}
