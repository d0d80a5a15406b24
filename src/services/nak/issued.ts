import type { Schema } from '../../contract/documented.ts';
import type { Context } from '../../contract/request.ts';
import type { Policy } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { AUDIENCES } from '../../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { encodeResources, type GivenResource, readPolicy } from '../../ngc-keys/key-policy.ts';
import {
  createNgcKeyRow,
  type Issuance,
  issuedKeysLabelOf,
  issuedKeysOwnerOf,
  type KeyInForce,
  NGC_KEYS,
  type NgcKey,
  type NgcKeyRow,
} from '../../ngc-keys/records.ts';
import { Collection } from '../../store/collection.ts';
import type { Change } from '../../store/collections.ts';
import type { Instant } from '../../time/clock.ts';
import { EXPIRED_KEY_RETENTION_MS } from './limits.ts';

/** The parts of a request that are needed to access keys. */
export type KeyContext = Pick<Context, 'store' | 'now' | 'rulesets'>;

/** A key issued by this service. */
export interface IssuedKey extends KeyInForce {
  readonly key: KeyInForce['key'] & { readonly issuance: Issuance };
}

/** An owner of keys. Exists after the first key was created. */
export interface KeyOwner {
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly statusUpdatedAt: Instant;
}

export const KEY_OWNERS = new Collection<KeyOwner>('nak.owners');

type Authorizations = Schema<'nak', 'Authorizations'>;

/** A policy as sent. It is an object, but its members are not validated. */
export type RawPolicy = Readonly<Record<string, unknown>>;

/** Finds a key by id and issuance; null if it expired more than two days ago. */
export async function findIssuedKey(
  { store, now }: KeyContext,
  id: string,
  matches: (issuance: Issuance) => boolean,
): Promise<IssuedKey | null> {
  const found = await ngcKeysIn(store).findById(id.toLowerCase(), now);
  return found !== null && isIssued(found) && isRetained(found.key, now) && matches(found.key.issuance) ? found : null;
}

/** Returns the keys of an owner, oldest first. @param issuer null for all issuers */
export async function findKeys({ store, now }: KeyContext, owner: string, issuer: string | null): Promise<IssuedKey[]> {
  const keys = ngcKeysIn(store);
  const rows = await NGC_KEYS.ofLabel(store.collections, issuedKeysLabelOf(owner));
  const found = await Promise.all(rows.map(({ id }) => keys.findById(id, now)));
  return found.filter(
    (key): key is IssuedKey =>
      key !== null &&
      isIssued(key) &&
      isRetained(key.key, now) &&
      (issuer === null || key.key.issuance.issuer === issuer),
  );
}

/** Whether the key service issued this key. */
export function isIssued(found: KeyInForce): found is IssuedKey {
  return found.key.issuance !== undefined;
}

function isRetained({ expiresAt }: Pick<NgcKey, 'expiresAt'>, now: Instant): boolean {
  return expiresAt === null || expiresAt + EXPIRED_KEY_RETENTION_MS > now;
}

/** Returns the status of a key. Expiry depends on the current time. */
export function statusOf({ key }: IssuedKey, now: Instant): 'ACTIVE' | 'SUSPENDED' | 'EXPIRED' {
  if (!key.enabled) return 'SUSPENDED';
  return key.expiresAt !== null && key.expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}

/** Finds an owner; null if it never had a key. Owners of keys from a seed have no row. */
export async function findOwner(storing: KeyContext, id: string): Promise<KeyOwner | null> {
  const row = await KEY_OWNERS.byId(storing.store.collections, id);
  if (row !== null) return row.body;
  const [oldest] = await findKeys(storing, id, null);
  return oldest === undefined ? null : { status: 'ACTIVE', statusUpdatedAt: oldest.key.createdAt };
}

/** Suspends or resumes an owner and all its keys, in one transaction. */
export function saveOwner({ store: { collections } }: KeyContext, id: string, owner: KeyOwner): Promise<void> {
  const isOwnerSuspended = owner.status === 'SUSPENDED';
  return collections.updating(async (commit) => {
    const before = await KEY_OWNERS.byId(collections, id);
    const keys = await NGC_KEYS.ofLabel(collections, issuedKeysLabelOf(id));
    await commit([
      KEY_OWNERS.put({ ...createOwnerRow(id, owner), ...(before !== null && { revision: before.revision }) }),
      ...keys.map((row) => changeIssuance(row, { isOwnerSuspended })),
    ]);
  });
}

function changeIssuance(row: NgcKeyRow, change: Partial<Issuance>): Change {
  const { body, revision } = row;
  if (body.issuance === undefined) return NGC_KEYS.put(row);
  return NGC_KEYS.put({ ...createNgcKeyRow({ ...body, issuance: { ...body.issuance, ...change } }), revision });
}

export function createOwnerRow(id: string, body: KeyOwner) {
  return KEY_OWNERS.row({ id, owner: '', parent: null, body });
}

/** Deletes the keys of an owner that expired more than two days ago, so that they do not count towards the limit. */
export async function deleteExpiredKeys(storing: KeyContext, owner: Pick<Issuance, 'issuer' | 'owner'>): Promise<void> {
  const rows = await NGC_KEYS.ofOwner(storing.store.collections, issuedKeysOwnerOf(owner));
  const expiredIds = rows.filter(({ body }) => !isRetained(body, storing.now)).map(({ id }) => id);
  await ngcKeysIn(storing.store).deleteAll(expiredIds);
}

/** Returns the policies of authorizations; empty if they have another format, which the service also stores. */
export function readPolicies(authorizations: unknown): readonly RawPolicy[] {
  const { policies } = (authorizations ?? {}) as { readonly policies?: unknown };
  return Array.isArray(policies) ? policies.filter((policy) => typeof policy === 'object' && policy !== null) : [];
}

/** Returns the rights in authorizations, and the services of this mock that accept them. */
export function readRights(
  authorizations: unknown,
  rulesets: readonly Ruleset[],
): { readonly services: readonly string[]; readonly policy: Policy } {
  // The first policy of each service, selected by `aud` alone.
  const matched = AUDIENCES.flatMap(({ id, honoured }) => {
    const policy = readPolicies(authorizations).find(({ aud }) => aud === id);
    return policy === undefined || honoured === null ? [] : { service: honoured.service, policy };
  });
  const scopes = matched.flatMap(({ policy }) => readTexts(policy['scopes']));
  const resources = matched.flatMap(({ policy }) => readResources(policy['resources']));
  return {
    services: matched.map(({ service }) => service),
    // Keeps unknown scopes and drops other resources. Neither grants a right.
    policy: {
      scopes: [...new Set(scopes)],
      resources: readPolicy(
        rulesets,
        [],
        resources.filter(({ type }) => isVendorType(type, rulesets)),
      ).policy.resources,
    },
  };
}

/** Whether this is a vendor's type, spelled exactly: labels and aliases have no effect in the vendor's policies. */
function isVendorType(type: string, rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => tables.resourceTypes?.some(({ encoding }) => encoding.type === type));
}

function readTexts(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

function readResources(list: unknown): readonly GivenResource[] {
  const entries: readonly { readonly id?: unknown; readonly type?: unknown }[] = Array.isArray(list) ? list : [];
  return entries.flatMap((entry) => {
    const { id, type } = entry ?? {};
    return typeof id === 'string' && typeof type === 'string' ? { type, ids: [id], isVendors: true } : [];
  });
}

/**
 * Returns the authorizations of a key, as last written by this service or the control API.
 *
 * @param policy the version to render; the latest by default
 */
export async function describeAuthorizations(
  { store, rulesets }: KeyContext,
  { key }: IssuedKey,
  policy?: Policy | null,
): Promise<Authorizations> {
  const { authorizations } = key.issuance;
  const newest = policy === undefined ? await ngcKeysIn(store).findNewestVersion(key.id) : policy;
  if (authorizations !== null && newest !== null) {
    const stored = readRights(authorizations, rulesets);
    if (isSamePolicy(stored.policy, newest) && `${stored.services}` === `${key.services}`) return authorizations;
  }
  const policies = AUDIENCES.flatMap(({ id, honoured }) => {
    if (honoured === null || !key.services.includes(honoured.service)) return [];
    const ruleset = rulesets.find(({ service }) => service === honoured.service);
    const resources = encodeResources(ruleset, newest?.resources ?? []);
    return { aud: id, auds: [id], product: honoured.product, scopes: newest?.scopes ?? [], resources };
  });
  return { policies };
}

function isSamePolicy(policy: Policy, { scopes, resources }: Policy): boolean {
  return JSON.stringify(policy) === JSON.stringify({ scopes, resources });
}
