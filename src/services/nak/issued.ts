import type { Schema } from '../../contract/documented.ts';
import type { Context } from '../../contract/request.ts';
import type { Policy } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { AUDIENCES } from '../../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { encodeResources, type GivenResource, readPolicy } from '../../ngc-keys/key-policy.ts';
import {
  type Issuance,
  issuedKeysOwner,
  type KeyInForce,
  keysIssuedTo,
  NGC_KEYS,
  type NgcKey,
  type NgcKeyRow,
  ngcKeyRow,
} from '../../ngc-keys/records.ts';
import { Collection } from '../../store/collection.ts';
import type { Change } from '../../store/collections.ts';
import type { Instant } from '../../time/clock.ts';
import { KEPT } from './limits.ts';

/** The parts of a request that are needed to access keys. */
export type Storing = Pick<Context, 'store' | 'now' | 'rulesets'>;

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
export type GivenPolicy = Readonly<Record<string, unknown>>;

/** Finds a key by id and issuance; null if it expired more than two days ago. */
export async function issuedKey(
  { store, now }: Storing,
  id: string,
  isWanted: (issuance: Issuance) => boolean,
): Promise<IssuedKey | null> {
  const found = await ngcKeysIn(store).byId(id.toLowerCase(), now);
  return found !== null && isIssued(found) && isKept(found.key, now) && isWanted(found.key.issuance) ? found : null;
}

/** Returns the keys of an owner, oldest first. @param issuer null for all issuers */
export async function findKeys({ store, now }: Storing, owner: string, issuer: string | null): Promise<IssuedKey[]> {
  const keys = ngcKeysIn(store);
  const rows = await NGC_KEYS.ofLabel(store.collections, keysIssuedTo(owner));
  const found = await Promise.all(rows.map(({ id }) => keys.byId(id, now)));
  return found.filter(
    (one): one is IssuedKey =>
      one !== null && isIssued(one) && isKept(one.key, now) && (issuer === null || one.key.issuance.issuer === issuer),
  );
}

/** Whether the key service issued this key. */
export function isIssued(found: KeyInForce): found is IssuedKey {
  return found.key.issuance !== undefined;
}

function isKept({ expiresAt }: Pick<NgcKey, 'expiresAt'>, now: Instant): boolean {
  return expiresAt === null || expiresAt + KEPT > now;
}

/** Returns the status of a key. Expiry depends on the current time. */
export function statusOf({ key }: IssuedKey, now: Instant): 'ACTIVE' | 'SUSPENDED' | 'EXPIRED' {
  if (!key.enabled) return 'SUSPENDED';
  return key.expiresAt !== null && key.expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}

/** Finds an owner; null if it never had a key. Owners of keys from a seed have no row. */
export async function ownerOf(storing: Storing, id: string): Promise<KeyOwner | null> {
  const row = await KEY_OWNERS.byId(storing.store.collections, id);
  if (row !== null) return row.body;
  const [oldest] = await findKeys(storing, id, null);
  return oldest === undefined ? null : { status: 'ACTIVE', statusUpdatedAt: oldest.key.createdAt };
}

/** Suspends or resumes an owner and all its keys, in one transaction. */
export function setOwner({ store: { collections } }: Storing, id: string, owner: KeyOwner): Promise<void> {
  const isOwnerSuspended = owner.status === 'SUSPENDED';
  return collections.updating(async (commit) => {
    const before = await KEY_OWNERS.byId(collections, id);
    const keys = await NGC_KEYS.ofLabel(collections, keysIssuedTo(id));
    await commit([
      KEY_OWNERS.put({ ...ownerRow(id, owner), ...(before !== null && { revision: before.revision }) }),
      ...keys.map((row) => changed(row, { isOwnerSuspended })),
    ]);
  });
}

function changed(row: NgcKeyRow, change: Partial<Issuance>): Change {
  const { body, revision } = row;
  if (body.issuance === undefined) return NGC_KEYS.put(row);
  return NGC_KEYS.put({ ...ngcKeyRow({ ...body, issuance: { ...body.issuance, ...change } }), revision });
}

export function ownerRow(id: string, body: KeyOwner) {
  return KEY_OWNERS.row({ id, owner: '', parent: null, body });
}

/** Deletes the keys of an owner that expired more than two days ago, so that they do not count towards the limit. */
export async function sweepKeys(storing: Storing, owner: Pick<Issuance, 'issuer' | 'owner'>): Promise<void> {
  const rows = await NGC_KEYS.ofOwner(storing.store.collections, issuedKeysOwner(owner));
  const over = rows.filter(({ body }) => !isKept(body, storing.now)).map(({ id }) => id);
  await ngcKeysIn(storing.store).deleteAll(over);
}

/** Returns the policies of authorizations; empty if they have another format, which the service also stores. */
export function policiesIn(authorizations: unknown): readonly GivenPolicy[] {
  const { policies } = (authorizations ?? {}) as { readonly policies?: unknown };
  return Array.isArray(policies) ? policies.filter((one) => typeof one === 'object' && one !== null) : [];
}

/** Returns the rights in authorizations, and the services of this mock that accept them. */
export function rightsIn(
  authorizations: unknown,
  rulesets: readonly Ruleset[],
): { readonly services: readonly string[]; readonly policy: Policy } {
  // The first policy of each service, selected by `aud` alone.
  const named = AUDIENCES.flatMap(({ id, honoured }) => {
    const policy = policiesIn(authorizations).find(({ aud }) => aud === id);
    return policy === undefined || honoured === null ? [] : { service: honoured.service, policy };
  });
  const scopes = named.flatMap(({ policy }) => textsOf(policy['scopes']));
  const resources = named.flatMap(({ policy }) => resourcesOf(policy['resources']));
  return {
    services: named.map(({ service }) => service),
    // Unknown scopes are kept and other resources are dropped. Neither grants a right.
    policy: {
      scopes: [...new Set(scopes)],
      resources: readPolicy(
        rulesets,
        [],
        resources.filter(({ type }) => isVendorsType(type, rulesets)),
      ).policy.resources,
    },
  };
}

/** Whether this is a vendor's type, spelled exactly: labels and aliases have no effect in the vendor's policies. */
function isVendorsType(type: string, rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => tables.resourceTypes?.some(({ encoding }) => encoding.type === type));
}

function textsOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function resourcesOf(list: unknown): readonly GivenResource[] {
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
  { store, rulesets }: Storing,
  { key }: IssuedKey,
  policy?: Policy | null,
): Promise<Authorizations> {
  const { authorizations } = key.issuance;
  const newest = policy === undefined ? await ngcKeysIn(store).newest(key.id) : policy;
  if (authorizations !== null && newest !== null) {
    const stored = rightsIn(authorizations, rulesets);
    if (isSame(stored.policy, newest) && `${stored.services}` === `${key.services}`) return authorizations;
  }
  const policies = AUDIENCES.flatMap(({ id, honoured }) => {
    if (honoured === null || !key.services.includes(honoured.service)) return [];
    const ruleset = rulesets.find(({ service }) => service === honoured.service);
    const resources = encodeResources(ruleset, newest?.resources ?? []);
    return { aud: id, auds: [id], product: honoured.product, scopes: newest?.scopes ?? [], resources };
  });
  return { policies };
}

function isSame(one: Policy, { scopes, resources }: Policy): boolean {
  return JSON.stringify(one) === JSON.stringify({ scopes, resources });
}
