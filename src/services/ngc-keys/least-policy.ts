import { serviceOfKey } from '../../decisions/decide.ts';
import { isAllowed, minimize, type PrincipalUses } from '../../decisions/explaining/least-rights.ts';
import type { HeldRights, Resource } from '../../decisions/policy.ts';
import { labelOfType } from '../../decisions/reasons.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import type { Use } from '../../decisions/uses.ts';
import { Bindings } from './bindings.ts';
import { compareServices, createSeedOfKey, type LeastRightsOfKind, listUsedServices } from './key-for-service.ts';
import type { GivenResource } from './key-policy.ts';

/** Drops scopes from the end of the table, the key's own last, then resource types from the widest, then objects. */
export function findLeastPolicy(principalUses: PrincipalUses): LeastRightsOfKind {
  const { principal, caller, uses } = principalUses;
  const rulesets = [...new Set(uses.map(({ accessRequest }) => accessRequest.ruleset))].filter(
    (ruleset) => serviceOfKey(ruleset, principal.kind) !== null,
  );
  const scopesOfRulesets = rulesets.flatMap(({ tables }) => tables.permissions);
  const held = caller?.held.permissions ?? new Set<string>();
  const bound = caller?.held.resources ?? [];
  const currentServices = caller?.held.services ?? [];
  const everything = Bindings.of(rulesets, uses, bound);
  const serviceOf = ({ accessRequest: { ruleset } }: Use) => serviceOfKey(ruleset, principal.kind) ?? ruleset.service;
  const allows = (use: Use, scopes: ReadonlySet<string>, bindings: Pick<Bindings, 'resourcesFor'>) =>
    isAllowed(use, principal, buildHeldRights([serviceOf(use)], scopes, bindings.resourcesFor(use)));

  const all = new Set(scopesOfRulesets.map(({ id }) => id));
  const possible = uses.filter((use) => allows(use, all, everything));
  const isEnough = (
    scopes: ReadonlySet<string>,
    bindings: Pick<Bindings, 'resourcesFor'>,
    affectedUses: readonly Use[] = possible,
  ) => affectedUses.every((use) => allows(use, scopes, bindings));

  // Among interchangeable scopes, keep one that the key has, or else the first.
  const order = [...scopesOfRulesets]
    .reverse()
    .sort((one, other) => Number(held.has(one.id)) - Number(held.has(other.id)));
  const needed = minimize(order, (rest) => isEnough(new Set(rest.map(({ id }) => id)), everything));
  const scopes = new Set(needed.map(({ id }) => id));
  const types = minimize(everything.widestFirst, (rest) => {
    const bindings = everything.only(rest);
    return (
      (rest.length === 0 ||
        needed.every(({ onlyOn }) => onlyOn === undefined || onlyOn.some((type) => rest.includes(type)))) &&
      isEnough(scopes, bindings)
    );
  });
  const narrowed = everything.only(types);
  for (const { type, id, uses } of narrowed.objects()) {
    if (!isEnough(scopes, narrowed.without(type, id), uses)) continue;
    narrowed.drop(type, id);
  }

  const resources = narrowed.resources();
  const services = listUsedServices(principalUses);
  const rights = {
    services,
    // Two services can have a scope with the same id.
    scopes: [...new Set(scopesOfRulesets.map(({ id }) => id))].filter((id) => scopes.has(id)),
    ...formatResources(rulesets, resources),
  };
  return {
    held: caller && { services: currentServices, scopes: [...held], ...formatResources(rulesets, bound) },
    smallest: rights,
    unused: [...held].filter((scope) => !scopes.has(scope)),
    broader: [
      ...(scopes.size === 0 ? [] : compareResources(rulesets, bound, resources)),
      ...compareServices(currentServices, services),
    ],
    seedEntry: createSeedOfKey(principal, rights),
    impossibleUses: uses.filter((use) => !possible.includes(use)),
    toHeldRights: () => buildHeldRights(services, scopes, resources),
  };
}

function buildHeldRights(
  services: readonly string[],
  permissions: ReadonlySet<string>,
  resources: readonly Resource[],
): HeldRights {
  return { roles: [], permissions, resources, services, pending: [] };
}

/** Formats resources for seeds and `POST /_mock/keys`: one resource, a list, or no member. */
function formatResources(rulesets: readonly Ruleset[], resources: readonly Resource[]) {
  const labelled = resources.map(({ type, ...ids }): GivenResource => ({ type: findLabel(rulesets, type), ...ids }));
  const [first] = labelled;
  if (first === undefined) return {};
  return { resource: labelled.length === 1 ? first : labelled };
}

function findLabel(rulesets: readonly Ruleset[], type: string): string {
  const ruleset = rulesets.find(({ resourceTypes }) => resourceTypes.has(type));
  return ruleset === undefined ? type : labelOfType(ruleset, type);
}

function compareResources(rulesets: readonly Ruleset[], held: readonly Resource[], enough: readonly Resource[]) {
  if (held.every((resource) => enough.some((needed) => isWithin(resource, needed)))) return [];
  const { resource: before } = formatResources(rulesets, held);
  const { resource: after = null } = formatResources(rulesets, enough);
  return [{ what: 'resource', held: before, enough: after } as const];
}

/** A resource with ids is within every type without ids. */
function isWithin({ type, ids }: Resource, wider: Resource): boolean {
  if (wider.ids === undefined) return type === wider.type || ids !== undefined;
  const names = wider.ids;
  return ids?.every((id) => names.includes(id) || names.some((name) => id.startsWith(`${name}/`))) === true;
}
