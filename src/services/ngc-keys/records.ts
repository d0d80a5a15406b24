import type { Policy, PolicyVersion } from '../../decisions/policy.ts';
import type { Instant } from '../../lib/clock.ts';
import { deriveUuid } from '../../lib/random.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';

export interface Organization {
  readonly name: string;
  /** The id of its NVIDIA Cloud Account. */
  readonly ncaId: string;
  /** The services of this mock that it subscribes to; others that require a subscription refuse it. */
  readonly subscriptions: readonly string[];
}

/** A person in an organisation. Roles belong to the person, not to a key. */
export interface NgcUser {
  readonly org: string;
  readonly email: string;
  readonly roles: readonly string[];
}

/** The part of a key that the self-hosted key service issued. */
export interface Issuance {
  readonly owner: string;
  /** The id of the service it was issued for. */
  readonly issuer: string;
  /** The ids of the services that may introspect it. */
  readonly audiences: readonly string[];
  /** The JSON value sent by the caller; null for a seed key, which has a policy instead. */
  readonly authorizations: unknown;
  readonly authorizedAt: Instant;
  /** The last characters of the key, shown in masked values. */
  readonly ending: string;
  /** The owner is suspended, so every service refuses the key. */
  readonly isOwnerSuspended: boolean;
}

export interface NgcKey {
  readonly id: string;
  readonly org: string;
  readonly type: 'personal' | 'service';
  readonly name: string;
  readonly description: string | null;
  readonly services: readonly string[];
  /** For personal keys: the e-mail address of the user. */
  readonly user: string | null;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly issuance?: Issuance;
}

/** A key to store, with the hash of its secret and its first policy. */
export interface NewNgcKey extends NgcKey {
  readonly secretHash: string;
  /** For service keys: version 1 of the policy, which takes effect at once. */
  readonly policy: Policy | null;
}

/** A key at a moment, with what a decision needs. The same object is reused until something changes. */
export interface KeyInForce {
  readonly key: NgcKey;
  readonly organization: Organization;
  readonly roles: readonly string[];
  readonly policy: PolicyVersion | null;
  /** The next few versions to take effect, earliest first. */
  readonly pending: readonly PolicyVersion[];
}

/** A policy, or a function of the latest recorded one, which is called again if the key changes in the meantime. */
export type NextPolicy = Policy | ((newest: Policy | null) => Policy);

export interface NgcKeyEdit {
  readonly name?: string;
  readonly description?: string | null;
  readonly services?: readonly string[];
  readonly enabled?: boolean;
  readonly expiresAt?: Instant | null;
  /** For keys of the key service. Throws if the key must not be edited in its current state; may be called again. */
  readonly issuance?: (before: Issuance) => Issuance;
  /** For personal keys: the user's roles, which apply to all keys of the user. */
  readonly roles?: readonly string[];
  readonly policy?: { readonly next: NextPolicy; readonly recordedAt: Instant; readonly effectiveAt: Instant };
}

export interface StoredKey extends NgcKey {
  readonly secretHash: string;
  /** The version of its newest policy; 0 if it has none. */
  readonly version: number;
}
export type NgcKeyRow = Row<StoredKey, null>;
export type PolicyRow = Row<PolicyVersion, string>;

export const ORGANIZATIONS = new Collection<Organization>('ngc.organizations');
export const NGC_USERS = new Collection<NgcUser>('ngc.users');
/** The owner of a row groups keys that share a limit: service keys of an organisation, or keys issued to one owner. */
export const NGC_KEYS = new Collection<StoredKey>('ngc.keys');
/** Policy histories. `dueAt` is null for a version that a later edit cancelled before it took effect. */
export const NGC_POLICIES = new Collection<PolicyVersion, string>('ngc.policies');

export function createOrganizationRow(organization: Organization): Row<Organization, null> {
  const { name, ncaId } = organization;
  return ORGANIZATIONS.row({ id: name, owner: '', parent: null, aliases: [ncaId], body: organization });
}

export function createNgcUserRow(user: NgcUser): Row<NgcUser, null> {
  const { org, email } = user;
  return NGC_USERS.row({ id: userRowIdOf(org, email), owner: org, parent: null, body: user });
}

/** Returns the id of a user in responses and tokens, which is the same in every world. */
export function userIdOf({ org, email }: Pick<NgcUser, 'org' | 'email'>): string {
  return deriveUuid(`ngc-user:${org}:${email}`);
}

export function userRowIdOf(org: string, email: string): string {
  return JSON.stringify([org, email]);
}

export function createNgcKeyRow(key: StoredKey): NgcKeyRow {
  const { id, org, name, user, expiresAt, secretHash, issuance } = key;
  const labels = [
    keyLabelOf('org', org),
    keyLabelOf('name', name),
    ...(user === null ? [] : [keyLabelOf('user', user)]),
    ...(issuance === undefined ? [] : [keyLabelOf('issued to', issuance.owner)]),
  ];
  return NGC_KEYS.row({
    id,
    owner: keyOwnerOf(key),
    parent: null,
    aliases: [secretHash],
    labels,
    dueAt: expiresAt,
    body: key,
  });
}

/** Returns the row owner of a key, which groups the keys that share a limit. */
export function keyOwnerOf({ type, org, issuance }: Pick<NgcKey, 'type' | 'org' | 'issuance'>): string {
  return issuance === undefined ? `${type} keys of ${org}` : issuedKeysOwnerOf(issuance);
}

/** Returns the row owner for all keys that a service issued to one owner; the limit is per owner. */
export function issuedKeysOwnerOf({ issuer, owner }: Pick<Issuance, 'issuer' | 'owner'>): string {
  return `keys of ${JSON.stringify([issuer, owner])}`;
}

/** Returns the label of the keys with this value. */
export function keyLabelOf(kind: 'org' | 'name' | 'user' | 'issued to', value: string): string {
  return `${kind} ${value}`;
}

export function createPolicyRow(keyId: string, policy: PolicyVersion): PolicyRow {
  const { version, effectiveAt } = policy;
  return NGC_POLICIES.row({ id: `${keyId} ${version}`, owner: keyId, parent: keyId, dueAt: effectiveAt, body: policy });
}

/** Returns the rows of a new key and its first policy version, which takes effect at once. */
export function createKeyRows({ policy, ...key }: NewNgcKey): readonly (NgcKeyRow | PolicyRow)[] {
  if (policy === null) return [createNgcKeyRow({ ...key, version: 0 })];
  const { id, createdAt } = key;
  const first = { ...policy, version: 1, recordedAt: createdAt, effectiveAt: createdAt };
  return [createNgcKeyRow({ ...key, version: 1 }), createPolicyRow(id, first)];
}
