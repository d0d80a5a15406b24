import type { FindCredential } from '../../contract/service.ts';
import { decideOnResource, serviceOfKey } from '../../decisions/decide.ts';
import type { LeastRights, PrincipalUses } from '../../decisions/explaining/least-rights.ts';
import type { Principal } from '../../decisions/principal.ts';
import type { Use } from '../../decisions/uses.ts';
import { ngcKeysIn } from './index.ts';
import { createCaller, isInForce } from './key-bearer.ts';
import { actsAsUser } from './principal.ts';

const MAX_TRIED_KEYS = 100;

/** Returns the name of the allowed key with the fewest rights, among the oldest 100 of the organisation. */
export const findOtherKey: FindCredential = async ({ input }, { store, now }) => {
  if (input === undefined) return null;
  const { accessRequest, caller, lookedUp } = input;
  const { org } = caller.principal;
  const { ruleset } = accessRequest;
  const keys = await ngcKeysIn(store).list({ org }, MAX_TRIED_KEYS, now);
  const allowedCallers = keys
    .filter((key) => isInForce(key, now))
    .map((key) => createCaller(key, ruleset))
    .filter((other) => decideOnResource(accessRequest, other, lookedUp).effect === 'allow');
  const [first, ...others] = allowedCallers;
  if (first === undefined) return null;
  const smallest = others.reduce(
    (best, caller) => (caller.held.permissions.size < best.held.permissions.size ? caller : best),
    first,
  );
  return smallest.principal.name;
};

/** Returns the services that a key used, except services that accept any key. */
export function listUsedServices({ principal, uses }: Pick<PrincipalUses, 'principal' | 'uses'>): readonly string[] {
  const rulesets = new Set(uses.map(({ accessRequest }) => accessRequest.ruleset));
  return [...new Set([...rulesets].flatMap((ruleset) => serviceOfKey(ruleset, principal.kind) ?? []))];
}

export interface LeastRightsOfKind extends Omit<LeastRights, 'impossible'> {
  /** Uses that no rights of this kind of key allow. */
  readonly impossibleUses: readonly Use[];
}

export function createSeedOfKey(
  principal: Principal,
  rights: Readonly<Record<string, unknown>>,
): LeastRights['seedEntry'] {
  const { org, name, user } = principal;
  const type = actsAsUser(principal) ? 'personal' : 'service';
  return { ngc: { keys: [{ org, name, type, ...(user !== undefined && { user }), ...rights }] } };
}

export function compareServices(held: readonly string[], used: readonly string[]) {
  if (used.length === 0 || held.every((service) => used.includes(service))) return [];
  return [{ what: 'services', held, enough: used } as const];
}
