import type { Schema } from '../../contract/documented.ts';
import { serviceOfKey } from '../../decisions/decide.ts';
import type { Policy } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
import { encodeResources } from '../ngc-keys/key-policy.ts';
import type { KeyInForce, NgcUser } from '../ngc-keys/records.ts';
import { userIdOf } from '../ngc-keys/records.ts';

/** Renders a policy as NGC does: one entry per product of the key. */
export function renderPolicies(
  rulesets: readonly Ruleset[],
  services: readonly string[],
  policy: Policy | null,
): Schema<'ngc', 'Policy'>[] {
  return services.flatMap((service) => {
    const ruleset = rulesets.find(
      (candidate) => candidate.service === service || serviceOfKey(candidate, 'personal-key') === service,
    );
    if (ruleset === undefined) return [];
    const { product = service, permissions } = ruleset.tables;
    const own = policy?.scopes.filter((scope) => permissions.some(({ id }) => id === scope)) ?? [];
    const resources = encodeResources(ruleset, policy?.resources ?? []);
    return [{ product, ...(policy !== null && { scopes: own, resources }) }];
  });
}

/** Renders a key as NGC does. `value` is only for a new or rotated key. */
export function renderApiKey(
  rulesets: readonly Ruleset[],
  inForce: KeyInForce,
  newest: Policy | null,
  now: Instant,
  value?: string,
): Schema<'ngc', 'ApiKey'> {
  const { key, roles } = inForce;
  return {
    keyId: key.id,
    name: key.name,
    ...(key.description !== null && { description: key.description }),
    type: key.type === 'personal' ? 'PERSONAL_KEY' : 'SERVICE_KEY',
    status: statusOf(key, now),
    orgName: key.org,
    createdDate: rfc3339(key.createdAt),
    ...(key.expiresAt !== null && { expiryDate: rfc3339(key.expiresAt) }),
    ...(key.user !== null && { user: key.user, roles }),
    policies: renderPolicies(rulesets, key.services, newest),
    ...(value !== undefined && { value }),
  };
}

function statusOf({ enabled, expiresAt }: KeyInForce['key'], now: Instant): Schema<'ngc', 'ApiKey'>['status'] {
  if (expiresAt !== null && expiresAt <= now) return 'EXPIRED';
  return enabled ? 'ACTIVE' : 'DISABLED';
}

export function renderUser(user: NgcUser): Schema<'ngc', 'CallerUser'> {
  const { org, email, roles } = user;
  const [name = email] = email.split('@');
  return {
    id: userIdOf(user),
    name,
    email,
    roles: [{ org: { name: org, displayName: org, type: 'ENTERPRISE' }, orgRoles: [...roles] }],
  };
}
