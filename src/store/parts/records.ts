import type { Instant } from '../../core/clock.ts';
import type { PolicyVersion } from '../../core/policy.ts';
import type { NewAccessKey } from '../access-keys.ts';
import { Collection } from '../collection.ts';
import type { Row } from '../collections.ts';
import type { AuthorizationCode, RefreshToken } from '../grants.ts';
import type { Identity, OAuthClient } from '../identities.ts';
import type { NewNgcKey, NgcKey, NgcUser, Organization } from '../ngc-keys.ts';
import type { KeptSeed } from '../world.ts';

type StoredIdentity = Omit<Identity, 'lastLogin'>;
export type IdentityRow = Row<StoredIdentity, null>;
export type AccessKeyRow = Row<NewAccessKey, null>;
export type LoginRow = Row<RefreshToken, null>;
export type StoredKey = NgcKey &
  Pick<NewNgcKey, 'secretHash'> & { /** That of its newest policy; 0 if it has none. */ readonly version: number };
export type NgcKeyRow = Row<StoredKey, null>;
export type PolicyRow = Row<PolicyVersion, string>;

/** The owner of an identity is its kind. */
export const IDENTITIES = new Collection<StoredIdentity>('identities');
export const ACCESS_KEYS = new Collection<NewAccessKey>('access-keys');
export const OAUTH_CLIENTS = new Collection<OAuthClient>('oauth.clients');
/** Logins with their newest tokens. */
export const LOGINS = new Collection<RefreshToken>('oauth.logins');
/** Those that were ended before their time. */
export const ENDED_LOGINS = new Collection<RefreshToken>('oauth.logins.ended');
export const CODES = new Collection<AuthorizationCode & { readonly usedAt: Instant | null }>('oauth.codes');
/** Revoked access tokens, by what they carry: a token's own id, or that of its login. */
export const REVOKED_NAMES = new Collection<null>('oauth.revoked');
export const ORGANIZATIONS = new Collection<Organization>('ngc.organizations');
export const NGC_USERS = new Collection<NgcUser>('ngc.users');
/** The owner of a key is its organisation, apart for each type of key: there is a limit for one of them. */
export const NGC_KEYS = new Collection<StoredKey>('ngc.keys');
/** The histories of keys. Due is what will be in force: a version that a later one overtakes before that never is. */
export const NGC_POLICIES = new Collection<PolicyVersion, string>('ngc.policies');
export const SETTINGS = new Collection<string>('settings');
export const SEEDS = new Collection<KeptSeed>('seed');

/** The collections that the store itself writes; all others are the services'. */
export const STORE_COLLECTIONS: ReadonlySet<string> = new Set(
  [
    ...[IDENTITIES, ACCESS_KEYS, OAUTH_CLIENTS, LOGINS, ENDED_LOGINS, CODES, REVOKED_NAMES],
    ...[ORGANIZATIONS, NGC_USERS, NGC_KEYS, NGC_POLICIES, SETTINGS, SEEDS],
  ].map(({ name }) => name),
);

export function identityRow({ lastLogin, ...body }: Identity): IdentityRow {
  const { id, kind, name, clientId } = body;
  const aliases = [identityName(kind, name), ...(clientId === null ? [] : [identityClient(kind, clientId)])];
  return { ...IDENTITIES.row({ id, owner: kind, parent: null, aliases, body }), usedAt: lastLogin };
}

/** Names are found regardless of case. */
export function identityName(kind: Identity['kind'], name: string): string {
  return `${kind} named ${name.toLowerCase()}`;
}

export function identityClient(kind: Identity['kind'], clientId: string): string {
  return `${kind} client ${clientId}`;
}

export function accessKeyRow(key: NewAccessKey): AccessKeyRow {
  const { id, owner, createdBy, name, clientId } = key;
  const aliases = [keyClient(clientId), keyName(owner, name)];
  return ACCESS_KEYS.row({ id, owner, parent: null, aliases, labels: [createdBy], body: key });
}

export function keyClient(clientId: string): string {
  return `client ${clientId}`;
}

/** No two keys of an owner have the same name. */
export function keyName(owner: string, name: string): string {
  return `name ${JSON.stringify([owner, name])}`;
}

export function oauthClientRow(client: OAuthClient): Row<OAuthClient, null> {
  return OAUTH_CLIENTS.row({ id: client.clientId, owner: '', parent: null, body: client });
}

/** @param collection of logins that go on, or of ended ones */
export function loginRow(collection: Collection<RefreshToken>, token: RefreshToken): LoginRow {
  const { family, hash, line, subject, expiresAt } = token;
  const aliases = [tokenHash(hash), tokenLine(line)];
  return collection.row({ id: family, owner: subject, parent: null, aliases, dueAt: expiresAt, body: token });
}

export function tokenHash(hash: string): string {
  return `token ${hash}`;
}

export function tokenLine(line: string): string {
  return `line ${line}`;
}

export function organizationRow(organization: Organization): Row<Organization, null> {
  const { name, ncaId } = organization;
  return ORGANIZATIONS.row({ id: name, owner: '', parent: null, aliases: [ncaId], body: organization });
}

export function ngcUserRow(user: NgcUser): Row<NgcUser, null> {
  const { org, email } = user;
  return NGC_USERS.row({ id: ngcUserId(org, email), owner: org, parent: null, body: user });
}

export function ngcUserId(org: string, email: string): string {
  return JSON.stringify([org, email]);
}

export function ngcKeyRow(key: StoredKey): NgcKeyRow {
  const { id, org, type, name, user, expiresAt, secretHash } = key;
  const labels = [keysOfOrg(org), keysNamed(name), ...(user === null ? [] : [keysOfUser(user)])];
  return NGC_KEYS.row({
    id,
    owner: ngcKeyOwner(type, org),
    parent: null,
    aliases: [secretHash],
    labels,
    dueAt: expiresAt,
    body: key,
  });
}

export function ngcKeyOwner(type: NgcKey['type'], org: string): string {
  return `${type} keys of ${org}`;
}

export function keysOfOrg(org: string): string {
  return `org ${org}`;
}

export function keysNamed(name: string): string {
  return `name ${name}`;
}

export function keysOfUser(email: string): string {
  return `user ${email}`;
}

export function policyRow(keyId: string, policy: PolicyVersion): PolicyRow {
  const { version, effectiveAt } = policy;
  return NGC_POLICIES.row({ id: `${keyId} ${version}`, owner: keyId, parent: keyId, dueAt: effectiveAt, body: policy });
}

/** A key as its seed or its maker gives it, with the first version of its policy, which is in force at once. */
export function newKeyRows({ policy, ...key }: NewNgcKey): readonly (NgcKeyRow | PolicyRow)[] {
  if (policy === null) return [ngcKeyRow({ ...key, version: 0 })];
  const { id, createdAt } = key;
  const first = { ...policy, version: 1, recordedAt: createdAt, effectiveAt: createdAt };
  return [ngcKeyRow({ ...key, version: 1 }), policyRow(id, first)];
}

export function settingRow(name: string, value: string): Row<string, null> {
  return SETTINGS.row({ id: name, owner: '', parent: null, body: value });
}

/** The only row of its collection. */
export const SEED_ID = 'seed';

export function seedRow({ fingerprint, origin, text }: KeptSeed): Row<KeptSeed, null> {
  return SEEDS.row({ id: SEED_ID, owner: '', parent: null, body: { fingerprint, origin, text } });
}
