import type { Instant } from '../core/clock.ts';
import type { Policy, PolicyVersion } from '../core/policy.ts';

export interface Organization {
  readonly name: string;
  /** The id of its NVIDIA Cloud Account. */
  readonly ncaId: string;
  /** The services it subscribes to, by this mock's names for them: those that require a subscription refuse others. */
  readonly subscriptions: readonly string[];
}

/** A person in an organisation; roles belong to the person, not to their keys. */
export interface NgcUser {
  readonly org: string;
  readonly email: string;
  readonly roles: readonly string[];
}

/** A key as stored, without its secret. */
export interface NgcKey {
  readonly id: string;
  readonly org: string;
  readonly type: 'personal' | 'service';
  readonly name: string;
  readonly description: string | null;
  /** Services it was made for, by this mock's names for them. */
  readonly services: readonly string[];
  /** For personal keys: the e-mail address of the user. */
  readonly user: string | null;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
}

export interface NewNgcKey extends NgcKey {
  readonly secretHash: string;
  /** For service keys: version 1 of the policy, which is in force at once. */
  readonly policy: Policy | null;
}

/** A key with everything that a decision needs, at one moment. The same object as long as nothing in it changes. */
export interface KeyInForce {
  readonly key: NgcKey;
  readonly organization: Organization;
  /** The roles of its user. */
  readonly roles: readonly string[];
  /** Null for personal keys. */
  readonly policy: PolicyVersion | null;
  /** The next few versions that will be in force, earliest first. */
  readonly pending: readonly PolicyVersion[];
}

/**
 * What a policy is to be: as given, or made from the latest one that is recorded, which nobody else changes meanwhile.
 * The function may be called again.
 */
export type NextPolicy = Policy | ((newest: Policy | null) => Policy);

/** What an edit changes; absent members stay as they are. */
export interface NgcKeyEdit {
  readonly name?: string;
  readonly description?: string | null;
  readonly services?: readonly string[];
  readonly enabled?: boolean;
  readonly expiresAt?: Instant | null;
  /** For personal keys: the roles of the user, which apply to all keys of that user. */
  readonly roles?: readonly string[];
  /** For service keys: appended to the history. */
  readonly policy?: { readonly next: NextPolicy; readonly recordedAt: Instant; readonly effectiveAt: Instant };
}

export interface NgcKeys {
  organization(name: string): Promise<Organization | null>;
  /** Oldest first. */
  organizations(): Promise<readonly Organization[]>;
  user(org: string, email: string): Promise<NgcUser | null>;
  /**
   * Adds a key. If it names a user who does not exist, the user is created with these roles.
   *
   * @param limit the most service keys an organisation may have
   * @throws Collision if the id is taken
   * @throws LimitReached
   */
  create(key: NewNgcKey, roles: readonly string[], limit: number | null): Promise<void>;
  /** One indexed look-up, however long the history. Does not consider expiry or `enabled`. */
  bySecret(secretHash: string, at: Instant): Promise<KeyInForce | null>;
  byId(id: string, at: Instant): Promise<KeyInForce | null>;
  /** Keys with a name, which several may share: oldest first, at most `limit`. */
  byName(name: string, limit: number, at: Instant): Promise<readonly KeyInForce[]>;
  /** Keys of a user, in whichever organisation: oldest first, at most `limit`. */
  ofUser(email: string, limit: number, at: Instant): Promise<readonly KeyInForce[]>;
  /** Oldest first, at most `limit`. */
  list(filter: { readonly org?: string | undefined }, limit: number, at: Instant): Promise<readonly KeyInForce[]>;
  /** The place of each key, by id: it rises with age. */
  places(): Promise<ReadonlyMap<string, number>>;
  /** Every version, the first one first. */
  history(id: string): Promise<readonly PolicyVersion[]>;
  /** The latest recorded version; null for personal keys. */
  newest(id: string): Promise<PolicyVersion | null>;
  /** Makes the whole edit, or nothing. @throws NotFound */
  edit(id: string, edit: NgcKeyEdit): Promise<void>;
  /** The old secret stops working with this call. @throws NotFound */
  replaceSecret(id: string, secretHash: string): Promise<void>;
  /** @throws NotFound */
  delete(id: string): Promise<void>;
  /**
   * Puts the latest edit into force now: a copy of it is appended to every key where it is not in force yet.
   *
   * @param id only this key
   */
  flush(id: string | null, at: Instant): Promise<readonly { readonly keyId: string; readonly version: number }[]>;
  /** Versions that come into force in `(from, to]`: the first `limit`, earliest first. */
  effectiveBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly keyId: string; readonly version: number; readonly effectiveAt: Instant }[]>;
  /** Keys that expire in `(from, to]`: the first `limit`, earliest first. */
  expiredBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly keyId: string; readonly expiresAt: Instant }[]>;
}
