import type { Instant } from '../core/clock.ts';

/** An access key as stored: of the secret, only its hash. */
export interface AccessKey {
  readonly id: string;
  /** Id of the identity it belongs to. */
  readonly owner: string;
  /** That identity's name. */
  readonly createdBy: string;
  readonly name: string;
  readonly clientId: string;
  readonly secretHash: string;
  readonly createdAt: Instant;
  /** Null until the first grant. */
  readonly lastLogin: Instant | null;
}

export type NewAccessKey = Omit<AccessKey, 'lastLogin'>;

/** The keys of an owner, read and not looked at. */
export interface KeyList {
  /** Another object once a key has changed or was used; perhaps another one without that. */
  readonly state: object;
  /** Oldest first. */
  keys(): readonly AccessKey[];
}

export interface AccessKeys {
  /**
   * Adds a key, unless the owner already has one with this name, or `limit` keys. Checked in this order:
   *
   * @throws NotFound if the owner is gone
   * @throws Collision if the name is taken
   * @throws LimitReached if the owner has `limit` keys
   */
  create(key: NewAccessKey, limit: number): Promise<void>;
  /** The owner's keys, oldest first. */
  ofOwner(owner: string): Promise<readonly AccessKey[]>;
  /** The same, for answers that are made again only when it has changed. */
  listOf(owner: string): Promise<KeyList>;
  /** Everybody's keys, oldest first; a filter matches exactly. */
  all(filter: { readonly clientId?: string; readonly createdBy?: string }): Promise<readonly AccessKey[]>;
  byId(id: string): Promise<AccessKey | null>;
  byClientId(clientId: string): Promise<AccessKey | null>;
  /** @throws NotFound */
  delete(id: string): Promise<void>;
  /** The old secret stops working with this call. @throws NotFound */
  replaceSecret(id: string, secretHash: string): Promise<void>;
  /**
   * Notes that a token was granted to this key. Later reads show it at once; it may reach the disk up to a second
   * later, so that a token costs no write.
   *
   * @param secretHash the hash with which the secret was compared
   * @throws NotFound if the key is gone
   * @throws Outdated if it has a different secret by now, or its owner is disabled
   */
  touch(id: string, at: Instant, secretHash: string): Promise<void>;
}
