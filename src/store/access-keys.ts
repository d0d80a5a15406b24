import type { Instant } from '../core/clock.ts';

/** An access key as it is stored: the secret only as its hash. */
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

export interface AccessKeys {
  /**
   * Adds a key, unless the owner has one of that name or has `limit` keys already.
   *
   * @throws NotFound when the owner is gone (looked at first)
   * @throws Collision when the name is taken (looked at next)
   * @throws LimitReached when the owner has `limit` keys
   */
  create(key: NewAccessKey, limit: number): Promise<void>;
  /** The owner's keys, oldest first. */
  ofOwner(owner: string): Promise<readonly AccessKey[]>;
  /** Everybody's keys, oldest first, narrowed by exact match of what is given. */
  all(filter: { readonly clientId?: string; readonly createdBy?: string }): Promise<readonly AccessKey[]>;
  byId(id: string): Promise<AccessKey | null>;
  byClientId(clientId: string): Promise<AccessKey | null>;
  /** @throws NotFound */
  delete(id: string): Promise<void>;
  /** The old secret ends with this call. @throws NotFound */
  replaceSecret(id: string, secretHash: string): Promise<void>;
  /**
   * A token was granted to this key. Later reads show it at once; it may reach the disk up to a second later, so that
   * a token costs no write.
   *
   * @param secretHash the hash that the secret was compared with
   * @throws NotFound when the key is gone
   * @throws Changed when it has another secret by now, or its owner is disabled
   */
  touch(id: string, at: Instant, secretHash: string): Promise<void>;
}
