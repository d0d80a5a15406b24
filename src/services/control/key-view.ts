import type { Schema } from '../../contract/documented.ts';
import type { Context } from '../../contract/request.ts';
import { rfc3339 } from '../../core/clock.ts';
import type { Law } from '../../core/law.ts';
import type { PolicyVersion, Resource } from '../../core/policy.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import type { KeyInForce } from '../../ngc-keys/records.ts';

/** Renders a key with its current and pending policies, and its whole history. */
export async function keyView(
  { store, laws, now }: Context,
  { key, roles, policy, pending }: KeyInForce,
): Promise<Schema<'control', 'Key'>> {
  const isExpired = key.expiresAt !== null && key.expiresAt <= now;
  const history = policy === null ? [] : await ngcKeysIn(store).history(key.id);
  return {
    id: key.id,
    org: key.org,
    name: key.name,
    type: key.type,
    services: key.services,
    status: isExpired ? 'expired' : key.enabled ? 'active' : 'disabled',
    createdAt: rfc3339(key.createdAt),
    expiresAt: key.expiresAt === null ? null : rfc3339(key.expiresAt),
    ...(key.user !== null && { user: key.user, roles }),
    policy: policy === null ? null : versionView(laws, policy),
    pending: pending.map((version) => versionView(laws, version)),
    history: history.map((version) => versionView(laws, version)),
  };
}

function versionView(laws: readonly Law[], { version, recordedAt, effectiveAt, scopes, resources }: PolicyVersion) {
  return {
    version,
    recordedAt: rfc3339(recordedAt),
    effectiveAt: rfc3339(effectiveAt),
    scopes,
    resource: resourceView(laws, resources),
  };
}

/** In the form of a request: one resource, or a list of several; null for none. */
function resourceView(laws: readonly Law[], resources: readonly Resource[]) {
  const types = laws.flatMap(({ resourceTypes }) => [...resourceTypes.values()]);
  const views = resources.map(({ type, ids }) => ({
    type: types.find(({ id }) => id === type)?.label ?? type,
    ...(ids !== undefined && { ids }),
  }));
  return views.length > 1 ? views : (views[0] ?? null);
}
