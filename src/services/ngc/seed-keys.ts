import type { Policy } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import type { Instant } from '../../lib/clock.ts';
import { deriveUuid } from '../../lib/random.ts';
import type { Derivation } from '../../tokens/derivation.ts';
import { hashSecret } from '../../tokens/secret.ts';
import { AUDIENCES, type Audience } from '../ngc-keys/audiences.ts';
import { type GivenResource, type KeyNames, readPolicy } from '../ngc-keys/key-policy.ts';
import { deriveKeyText, readEnding } from '../ngc-keys/key-text.ts';
import type { Issuance, NewNgcKey, NgcUser } from '../ngc-keys/records.ts';
import type { CompleteKey, WrittenKey } from './seed-schema.ts';

/** Derives the id from the name, so that it survives a reset. */
export function deriveKeyId({ org, name }: Pick<WrittenKey, 'org' | 'name'>): string {
  return deriveUuid(`ngc-key:${org}:${name}`);
}

export function completeKey(key: WrittenKey, derivation: Derivation): CompleteKey {
  const { id = deriveKeyId(key), ...rest } = key;
  return { id, ...rest, key: key.key ?? deriveKeyText(derivation, id) };
}

/** Returns all users, without duplicates. Any key of a user may have the roles. */
export function listUsers(keys: readonly WrittenKey[]): NgcUser[] {
  const users = new Map<string, NgcUser>();
  for (const { org, user, roles } of keys) {
    if (user === undefined) continue;
    const name = `${org}/${user}`;
    users.set(name, { org, email: user, roles: roles ?? users.get(name)?.roles ?? [] });
  }
  return [...users.values()];
}

/** The vendor's resource type for functions, which a seed can use unchanged. The mock's own type is `Function`. */
const VENDOR_FUNCTION_TYPE = 'function';

/** Returns the policy of a key, and what is wrong with it. */
export function parseKeyPolicy(key: WrittenKey, rulesets: readonly Ruleset[], names: KeyNames) {
  const { resource = [] } = key;
  const resources: readonly GivenResource[] = Array.isArray(resource) ? resource : [resource as GivenResource];
  const inputs = resources.map((input) => ({ ...input, isVendors: input.type === VENDOR_FUNCTION_TYPE }));
  return readPolicy(rulesets, key.scopes ?? [], inputs, key.services, names);
}

/**
 * Finds the audience that the self-hosted key service issues a key for: the one that accepts the first service of the
 * key.
 */
export function findKeyServiceAudience([service]: readonly string[]): Audience | undefined {
  return AUDIENCES.find(({ honoured }) => honoured?.service === service);
}

/** Builds a key as it is stored. @param policy the policy of a service key */
export function createKey(seed: CompleteKey, policy: Policy, now: Instant): NewNgcKey {
  const { org, name, type, services, expiresAt } = seed;
  const issuance = buildIssuance(seed);
  return {
    ...(issuance !== null && { issuance }),
    id: seed.id,
    org,
    type,
    name,
    description: null,
    services,
    user: type === 'personal' ? (seed.user ?? null) : null,
    enabled: true,
    createdAt: now,
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
    secretHash: hashSecret(seed.key),
    policy: type === 'personal' ? null : policy,
  };
}

/** The creation of a key in a seed does not count as a write, so its authorizations can be replaced at once. */
const SEED_AUTHORIZED_AT: Instant = 0;

function buildIssuance({ owner, services, key }: CompleteKey): Issuance | null {
  const audience = findKeyServiceAudience(services);
  if (owner === undefined || audience === undefined) return null;
  const { id: issuer } = audience;
  return {
    owner,
    issuer,
    audiences: [issuer],
    authorizations: null,
    authorizedAt: SEED_AUTHORIZED_AT,
    ending: readEnding(key),
    isOwnerSuspended: false,
  };
}
