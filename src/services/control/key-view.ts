import type { Schema } from '../../contract/documented.ts';
import type { Context } from '../../contract/request.ts';
import type { PolicyVersion, Resource } from '../../decisions/policy.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';
import type { KeyInForce } from '../ngc-keys/records.ts';

export async function renderKey(
  { store, rulesets, now }: Context,
  { key, roles, policy, pending }: KeyInForce,
): Promise<Schema<'control', 'Key'>> {
  const history = policy === null ? [] : await ngcKeysIn(store).listVersions(key.id);
  return {
    id: key.id,
    org: key.org,
    name: key.name,
    type: key.type,
    services: key.services,
    status: statusAt(key, now),
    createdAt: rfc3339(key.createdAt),
    expiresAt: key.expiresAt === null ? null : rfc3339(key.expiresAt),
    ...(key.user !== null && { user: key.user, roles }),
    policy: policy === null ? null : versionView(rulesets, policy),
    pending: pending.map((version) => versionView(rulesets, version)),
    history: history.map((version) => versionView(rulesets, version)),
  };
}

function statusAt({ expiresAt, enabled }: KeyInForce['key'], now: Instant) {
  if (expiresAt !== null && expiresAt <= now) return 'expired';
  return enabled ? 'active' : 'disabled';
}

function versionView(
  rulesets: readonly Ruleset[],
  { version, recordedAt, effectiveAt, scopes, resources }: PolicyVersion,
) {
  return {
    version,
    recordedAt: rfc3339(recordedAt),
    effectiveAt: rfc3339(effectiveAt),
    scopes,
    resource: resourceView(rulesets, resources),
  };
}

/** Renders resources as in requests: one resource, or a list; null without resources. */
function resourceView(rulesets: readonly Ruleset[], resources: readonly Resource[]) {
  const types = rulesets.flatMap(({ resourceTypes }) => [...resourceTypes.values()]);
  const views = resources.map(({ type, ids, ignoredIds }) => ({
    type: types.find(({ id }) => id === type)?.label ?? type,
    ...(ids !== undefined && !(ids.length === 0 && ignoredIds !== undefined) && { ids }),
    ...(ignoredIds !== undefined && { ignoredIds }),
  }));
  return views.length > 1 ? views : (views[0] ?? null);
}
