import { serviceOfKey } from '../decisions/decide.ts';
import type { Principal } from '../decisions/principal.ts';
import type { LeastRights, PrincipalUses } from '../explaining/least-rights.ts';
import { actsAsUser } from './principal.ts';

/** The services that a key used, without those that accept keys for any service. */
export function servicesUsed({ principal, uses }: Pick<PrincipalUses, 'principal' | 'uses'>): readonly string[] {
  const rulesets = new Set(uses.map(({ accessRequest }) => accessRequest.ruleset));
  return [...new Set([...rulesets].flatMap((ruleset) => serviceOfKey(ruleset, principal.kind) ?? []))];
}

/** A key with these rights: the part of a seed that has it, and the request that creates it. */
export function orderOfKey(
  principal: Principal,
  rights: Readonly<Record<string, unknown>>,
): Pick<LeastRights, 'seed' | 'make'> {
  const { org, name, user } = principal;
  const type = actsAsUser(principal) ? 'personal' : 'service';
  const key = { org, name, type, ...(user !== undefined && { user }), ...rights };
  return { seed: { ngc: { keys: [key] } }, make: [{ method: 'POST', path: '/_mock/keys', body: key }] };
}

/** The services of a key, if it did not use all of them. */
export function broaderServices(held: readonly string[], used: readonly string[]) {
  if (used.length === 0 || held.every((service) => used.includes(service))) return [];
  return [{ what: 'services', held, enough: used } as const];
}
