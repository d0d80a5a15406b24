import type { Instant } from '../core/clock.ts';
import type { Policy, PolicyVersion } from '../core/policy.ts';

export interface Organization {
  readonly name: string;
  /** Id of the NVIDIA Cloud Account that belongs to it. */
  readonly ncaId: string;
  /** The services, by the names of this mock, that it subscribes to: those that ask for a subscription refuse others. */
  readonly subscriptions: readonly string[];
}

/** A person in an organisation; roles are theirs, not their keys'. */
export interface NgcUser {
  readonly org: string;
  readonly email: string;
  readonly roles: readonly string[];
}

/** A key as it is stored, without its secret. */
export interface NgcKey {
  readonly id: string;
  readonly org: string;
  readonly type: 'personal' | 'service';
  readonly name: string;
  readonly description: string | null;
  /** Services it was made for, by the names of this mock. */
  readonly services: readonly string[];
  /** Of personal keys: the e-mail address of whose it is. */
  readonly user: string | null;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
}

export interface NewNgcKey extends NgcKey {
  readonly secretHash: string;
  /** Of service keys: version 1 of the policy, which counts at once. */
  readonly policy: Policy | null;
}

/** A key with all that a decision needs of it, at one moment. The same object as long as nothing of it changes. */
export interface KeyInForce {
  readonly key: NgcKey;
  readonly organization: Organization;
  /** Of its user. */
  readonly roles: readonly string[];
  /** Null for personal keys. */
  readonly policy: PolicyVersion | null;
  /** Versions that will be in force, earliest first; the next few. */
  readonly pending: readonly PolicyVersion[];
}

/** What an edit changes; what is absent stays. */
export interface NgcKeyEdit {
  readonly name?: string;
  readonly description?: string | null;
  readonly services?: readonly string[];
  readonly enabled?: boolean;
  readonly expiresAt?: Instant | null;
  /** Of personal keys: the roles of the user, for every key of theirs. */
  readonly roles?: readonly string[];
  /** Of service keys: appended to the history. */
  readonly policy?: Policy & { readonly recordedAt: Instant; readonly effectiveAt: Instant };
}

export interface NgcKeys {
  organization(name: string): Promise<Organization | null>;
  /** Oldest first. */
  organizations(): Promise<readonly Organization[]>;
  user(org: string, email: string): Promise<NgcUser | null>;
  /**
   * Adds a key. A user it names is made with these roles, unless there is one already.
   *
   * @param limit most service keys of one organisation
   * @throws Collision when the id is taken
   * @throws LimitReached
   */
  create(key: NewNgcKey, roles: readonly string[], limit: number | null): Promise<void>;
  /** One indexed look-up, whatever the length of the history. Says nothing about expiry and `enabled`. */
  bySecret(secretHash: string, at: Instant): Promise<KeyInForce | null>;
  byId(id: string, at: Instant): Promise<KeyInForce | null>;
  /** Those of a name, which several keys may have: oldest first, at most `limit`. */
  byName(name: string, limit: number, at: Instant): Promise<readonly KeyInForce[]>;
  /** Oldest first, at most `limit`. */
  list(filter: { readonly org?: string | undefined }, limit: number, at: Instant): Promise<readonly KeyInForce[]>;
  /** Every version, the first one first. */
  history(id: string): Promise<readonly PolicyVersion[]>;
  /** The version that was recorded last; null for personal keys. */
  newest(id: string): Promise<PolicyVersion | null>;
  /** All of the edit, or nothing. @throws NotFound */
  edit(id: string, edit: NgcKeyEdit): Promise<void>;
  /** The old secret ends with this call. @throws NotFound */
  replaceSecret(id: string, secretHash: string): Promise<void>;
  /** @throws NotFound */
  delete(id: string): Promise<void>;
  /**
   * What was edited last counts from now on: a copy of it is appended, for every key where it does not count yet.
   *
   * @param id one key only
   */
  flush(id: string | null, at: Instant): Promise<readonly { readonly keyId: string; readonly version: number }[]>;
  /** Versions that come into force in `(from, to]`: the first `limit` of them, earliest first. */
  effectiveBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly keyId: string; readonly version: number; readonly effectiveAt: Instant }[]>;
  /** Keys that expire in `(from, to]`: the first `limit` of them, earliest first. */
  expiredBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly keyId: string; readonly expiresAt: Instant }[]>;
}
