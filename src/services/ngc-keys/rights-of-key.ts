import { serviceOfKey } from '../../decisions/decide.ts';
import type { LeastRights, PrincipalUses } from '../../decisions/explaining/least-rights.ts';
import type { Principal } from '../../decisions/principal.ts';
import type { Use } from '../../decisions/uses.ts';
import { actsAsUser } from './principal.ts';

/** Returns the services that a key used, except services that accept any key. */
export function listUsedServices({ principal, uses }: Pick<PrincipalUses, 'principal' | 'uses'>): readonly string[] {
  const rulesets = new Set(uses.map(({ accessRequest }) => accessRequest.ruleset));
  return [...new Set([...rulesets].flatMap((ruleset) => serviceOfKey(ruleset, principal.kind) ?? []))];
}

/** The least rights for one kind of key. */
export interface LeastRightsOfKind extends Omit<LeastRights, 'impossible'> {
  /** Uses that no rights of this kind of key allow. */
  readonly impossibleUses: readonly Use[];
}

/** Returns the seed of a key with these rights. */
export function createSeedOfKey(
  principal: Principal,
  rights: Readonly<Record<string, unknown>>,
): LeastRights['seedEntry'] {
  const { org, name, user } = principal;
  const type = actsAsUser(principal) ? 'personal' : 'service';
  return { ngc: { keys: [{ org, name, type, ...(user !== undefined && { user }), ...rights }] } };
}

/** Reports a key's services if it did not use all of them. */
export function compareServices(held: readonly string[], used: readonly string[]) {
  if (used.length === 0 || held.every((service) => used.includes(service))) return [];
  return [{ what: 'services', held, enough: used } as const];
}
