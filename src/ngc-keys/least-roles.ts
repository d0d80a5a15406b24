import { serviceOfKey } from '../decisions/decide.ts';
import type { HeldRights } from '../decisions/policy.ts';
import { permissionsOfRoles, type Ruleset } from '../decisions/ruleset.ts';
import type { Use } from '../decisions/uses.ts';
import { isAllowed, type LeastRights, minimize, type PrincipalUses } from '../explaining/least-rights.ts';
import { broaderServices, orderOfKey, servicesUsed } from './rights-of-key.ts';

/** Finds the fewest roles for the recorded uses of a personal key, dropping the largest first. */
export function leastRoles(ofPrincipal: PrincipalUses): LeastRights {
  const { principal, caller, uses } = ofPrincipal;
  const rulesets = [...new Set(uses.map(({ accessRequest }) => accessRequest.ruleset))];
  const held = caller?.heldRights.roles ?? [];
  const all = [...new Set([...rulesets.flatMap(({ tables }) => tables.roles.map(({ name }) => name)), ...held])];
  const allow = (roles: readonly string[], some: readonly Use[]) => {
    const heldRightsByRuleset = new Map(rulesets.map((ruleset) => [ruleset, rightsIn(ruleset, roles)]));
    return some.filter((use) =>
      isAllowed(
        use,
        principal,
        heldRightsByRuleset.get(use.accessRequest.ruleset) ?? rightsIn(use.accessRequest.ruleset, roles),
      ),
    );
  };
  const fewest = (roles: readonly string[]) => {
    const allowed = allow(roles, uses);
    const bySize = [...roles].sort(
      (one, other) => sizeOf(other, rulesets) - sizeOf(one, rulesets) || byHeld(one, other, held),
    );
    return minimize(bySize, (rest) => allow(rest, allowed).length === allowed.length);
  };
  const within = (roles: readonly string[]) => all.filter((role) => roles.includes(role));
  const roles = within(fewest(all));
  const needed = within(fewest(held));
  const larger = needed.filter((role) => !roles.includes(role) && bringsMore(role, roles, rulesets));
  const services = servicesUsed(ofPrincipal);
  const { services: made } = caller?.heldRights ?? {};
  const possible = new Set(allow(all, uses));
  return {
    held: caller && { services: made ?? [], roles: held },
    smallest: { services, roles },
    unused: held.filter((role) => !needed.includes(role)),
    broader: [
      ...(larger.length === 0 ? [] : [{ what: 'role', held: larger, enough: roles } as const]),
      ...broaderServices(made ?? [], services),
    ],
    ...orderOfKey(principal, { services, roles }),
    beyond: uses.filter((use) => !possible.has(use)),
    heldRights: (ruleset) => rightsIn(ruleset, roles),
  };
}

/** Returns the rights of a personal key of a user with these roles. */
function rightsIn(ruleset: Ruleset, roles: readonly string[]): HeldRights {
  const services = [serviceOfKey(ruleset, 'personal-key') ?? ruleset.service];
  return { roles, held: permissionsOfRoles(ruleset.tables, roles), resources: null, services, pending: [] };
}

/** Counts the permissions that a role grants in these services. */
function sizeOf(role: string, rulesets: readonly Ruleset[]): number {
  return rulesets.reduce((sum, { tables }) => sum + permissionsOfRoles(tables, [role]).size, 0);
}

/** Orders roles of equal size so that the user's own are dropped last. */
function byHeld(one: string, other: string, held: readonly string[]): number {
  return Number(held.includes(one)) - Number(held.includes(other));
}

function bringsMore(role: string, roles: readonly string[], rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => {
    const enough = permissionsOfRoles(tables, roles);
    return [...permissionsOfRoles(tables, [role])].some((permission) => !enough.has(permission));
  });
}
