import { serviceOfKey } from '../decisions/decide.ts';
import type { Principal } from '../decisions/principal.ts';
import type { LeastRights, PrincipalUses } from '../explaining/least-rights.ts';
import { actsAsUser } from './principal.ts';

/** Returns the services that a key used, except services that accept any key. */
export function listUsedServices({ principal, uses }: Pick<PrincipalUses, 'principal' | 'uses'>): readonly string[] {
  const rulesets = new Set(uses.map(({ accessRequest }) => accessRequest.ruleset));
  return [...new Set([...rulesets].flatMap((ruleset) => serviceOfKey(ruleset, principal.kind) ?? []))];
}

/** Returns the seed and the request that create a key with these rights. */
export function buildKeyCreation(
  principal: Principal,
  rights: Readonly<Record<string, unknown>>,
): Pick<LeastRights, 'seedEntry' | 'make'> {
  const { org, name, user } = principal;
  const type = actsAsUser(principal) ? 'personal' : 'service';
  const key = { org, name, type, ...(user !== undefined && { user }), ...rights };
  return { seedEntry: { ngc: { keys: [key] } }, make: [{ method: 'POST', path: '/_mock/keys', body: key }] };
}

/** Reports a key's services if it did not use all of them. */
export function compareServices(held: readonly string[], used: readonly string[]) {
  if (used.length === 0 || held.every((service) => used.includes(service))) return [];
  return [{ what: 'services', held, enough: used } as const];
}
