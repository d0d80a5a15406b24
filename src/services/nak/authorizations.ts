import type { Schema } from '../../contract/documented.ts';
import type { Context } from '../../contract/request.ts';
import type { Policy } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { AUDIENCES } from '../ngc-keys/audiences.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';
import { encodeResources, type GivenResource, readPolicy } from '../ngc-keys/key-policy.ts';
import type { IssuedKey } from './issued-keys.ts';

/** Returns the policies of authorizations; empty if they have another format, which the service also stores. */
export function readPolicies(authorizations: unknown): readonly Readonly<Record<string, unknown>>[] {
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
  // In the vendor's policies, labels and aliases have no effect.
  const types = rulesets.flatMap(({ tables }) => tables.resourceTypes?.map(({ encoding }) => encoding.type) ?? []);
  const resources = matched
    .flatMap(({ policy }) => readResources(policy['resources']))
    .filter(({ type }) => types.includes(type));
  return {
    services: matched.map(({ service }) => service),
    // Keeps unknown scopes and drops resources of unknown types. Neither grants a right.
    policy: { scopes: [...new Set(scopes)], resources: readPolicy(rulesets, [], resources).policy.resources },
  };
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

/** As last written by this service or the control API. @param policy the version to render; the latest by default */
export async function describeAuthorizations(
  { store, rulesets }: Context,
  { key }: IssuedKey,
  policy?: Policy | null,
): Promise<Schema<'nak', 'Authorizations'>> {
  const { authorizations } = key.issuance;
  const newest = policy === undefined ? await ngcKeysIn(store).findNewestVersion(key.id) : policy;
  if (authorizations !== null && newest !== null) {
    const { scopes, resources } = newest;
    const current = { services: key.services, policy: { scopes, resources } };
    if (JSON.stringify(readRights(authorizations, rulesets)) === JSON.stringify(current)) return authorizations;
  }
  const policies = AUDIENCES.flatMap(({ id, honoured }) => {
    if (honoured === null || !key.services.includes(honoured.service)) return [];
    const ruleset = rulesets.find(({ service }) => service === honoured.service);
    const resources = encodeResources(ruleset, newest?.resources ?? []);
    return { aud: id, auds: [id], product: honoured.product, scopes: newest?.scopes ?? [], resources };
  });
  return { policies };
}
