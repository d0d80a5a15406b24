import { serviceOfKey } from '../../decisions/decide.ts';
import { isAllowed, minimize, type PrincipalUses } from '../../decisions/explaining/least-rights.ts';
import type { HeldRights } from '../../decisions/policy.ts';
import { permissionsOfRoles, type Ruleset } from '../../decisions/ruleset.ts';
import type { Use } from '../../decisions/uses.ts';
import { compareServices, createSeedOfKey, type LeastRightsOfKind, listUsedServices } from './key-for-service.ts';

/** Finds the fewest roles for the recorded uses of a key, dropping the largest first. */
export function findLeastRoles(principalUses: PrincipalUses): LeastRightsOfKind {
  const { principal, caller, uses } = principalUses;
  const rulesets = [...new Set(uses.map(({ accessRequest }) => accessRequest.ruleset))];
  const held = caller?.held.roles ?? [];
  const all = [...new Set([...rulesets.flatMap(({ tables }) => tables.roles.map(({ name }) => name)), ...held])];
  const filterAllowed = (roles: readonly string[], candidates: readonly Use[]) => {
    const heldRightsByRuleset = new Map(rulesets.map((ruleset) => [ruleset, rightsIn(ruleset, roles)]));
    return candidates.filter((use) =>
      isAllowed(
        use,
        principal,
        heldRightsByRuleset.get(use.accessRequest.ruleset) ?? rightsIn(use.accessRequest.ruleset, roles),
      ),
    );
  };
  const findFewest = (roles: readonly string[]) => {
    const allowed = filterAllowed(roles, uses);
    // Compares roles of equal size, so that the roles that the user has are dropped last.
    const bySize = [...roles].sort(
      (left, right) =>
        sizeOf(right, rulesets) - sizeOf(left, rulesets) || Number(held.includes(left)) - Number(held.includes(right)),
    );
    return minimize(bySize, (rest) => filterAllowed(rest, allowed).length === allowed.length);
  };
  const inTableOrder = (roles: readonly string[]) => all.filter((role) => roles.includes(role));
  const roles = inTableOrder(findFewest(all));
  const needed = inTableOrder(findFewest(held));
  const larger = needed.filter((role) => !roles.includes(role) && grantsMore(role, roles, rulesets));
  const services = listUsedServices(principalUses);
  const { services: currentServices } = caller?.held ?? {};
  const possible = new Set(filterAllowed(all, uses));
  return {
    held: caller && { services: currentServices ?? [], roles: held },
    smallest: { services, roles },
    unused: held.filter((role) => !needed.includes(role)),
    broader: [
      ...(larger.length === 0 ? [] : [{ what: 'role', held: larger, enough: roles } as const]),
      ...compareServices(currentServices ?? [], services),
    ],
    seedEntry: createSeedOfKey(principal, { services, roles }),
    impossibleUses: uses.filter((use) => !possible.has(use)),
    toHeldRights: (ruleset) => rightsIn(ruleset, roles),
  };
}

function rightsIn(ruleset: Ruleset, roles: readonly string[]): HeldRights {
  const services = [serviceOfKey(ruleset, 'personal-key') ?? ruleset.service];
  return { roles, permissions: permissionsOfRoles(ruleset.tables, roles), resources: null, services, pending: [] };
}

function sizeOf(role: string, rulesets: readonly Ruleset[]): number {
  return rulesets.reduce((sum, { tables }) => sum + permissionsOfRoles(tables, [role]).size, 0);
}

function grantsMore(role: string, roles: readonly string[], rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => {
    const enough = permissionsOfRoles(tables, roles);
    return [...permissionsOfRoles(tables, [role])].some((permission) => !enough.has(permission));
  });
}
