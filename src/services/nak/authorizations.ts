import type { Schema } from '../../contract/documented.ts';
import type { Policy } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { AUDIENCES } from '../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';
import { encodeResources, type GivenResource, readPolicy } from '../ngc-keys/key-policy.ts';
import type { IssuedKey, KeyContext } from './issued-keys.ts';

/** A policy as sent. It is an object, but its members are not validated. */
export type RawPolicy = Readonly<Record<string, unknown>>;

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
    // Keeps unknown scopes and drops resources of unknown types. Neither grants a right.
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

/**
 * Returns whether this is a vendor's type, spelled exactly: labels and aliases have no effect in the vendor's policies.
 */
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
): Promise<Schema<'nak', 'Authorizations'>> {
  const { authorizations } = key.issuance;
  const newest = policy === undefined ? await ngcKeysIn(store).findNewestVersion(key.id) : policy;
  if (authorizations !== null && newest !== null) {
    const stored = readRights(authorizations, rulesets);
    if (isSamePolicy(stored.policy, newest) && isSameList(stored.services, key.services)) return authorizations;
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

function isSameList(list: readonly string[], otherList: readonly string[]): boolean {
  return list.length === otherList.length && list.every((entry, index) => entry === otherList[index]);
}
