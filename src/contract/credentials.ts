import type { DeriveKey } from '../credentials/derivation.ts';
import type { Row } from '../store/collections.ts';

/** Replacements for the credentials of a world. Different credentials get different ones. */
export interface Rekeying {
  /** The hash of a key, by how its text follows from its id. */
  keyHash(derive: DeriveKey, id: string): string;
  /** The hash of a secret, by the id of who has it. */
  secretHash(id: string): string;
  /** Gives the client id to use in place of this one. */
  clientId(given: string): string;
}

/** Somebody or something that has a credential. */
export interface Holder {
  readonly kind: 'ngc-key' | 'access-key' | 'application' | 'service-account';
  readonly id: string;
  readonly name: string;
  /** Null if it has none. */
  readonly clientId: string | null;
  /** The organisation of an NGC key, or the id of an access key's owner; empty for others. */
  readonly owner: string;
}

/**
 * Rows with credentials. By these requests find their world; and in a world with credentials of its own, each row has
 * others than in the world that it was made from.
 *
 * @typeParam Its the rows of that collection: nothing else is written to it
 */
export interface CredentialRows<Its extends Row = Row> {
  readonly collection: string;
  /** The same with other credentials; the row itself if it has none. */
  rekeyed(row: Its, rekeying: Rekeying): Row;
  /** Null if the row has no credentials. */
  holderOf(row: Its): Holder | null;
  /** For those who have a client id. All others are keys, and each is found by one alias: the hash of its text. */
  readonly clients?: {
    /** What callers may give as their client id. */
    idsOf(row: Its): readonly string[];
    /** By which rows are found that have this client id. */
    aliasesOf(clientId: string): readonly string[];
  };
}

/** The credentials of a service. */
export interface ServiceCredentials {
  readonly rows: readonly CredentialRows[];
  /** The collections of what comes from a credential, and ends with it: codes, logins. */
  readonly ended: readonly string[];
}

/** What people are told of how much there is of a service. */
export interface Census {
  /** By the name that they read: how many rows of a collection, or of one owner in it. */
  readonly counted: Readonly<Record<string, { readonly collection: string; readonly owner?: string }>>;
  /** Collections that are no objects, and are not counted either. */
  readonly passedOver: readonly string[];
}
