import type { KeyOrder, KeyResource, OperationEffect } from '../../control-api/client.ts';
import type { NgcKey } from '../../state/keys.ts';
import { isNames } from '../../state/remedies.ts';
import type { Rule, Ruleset } from '../../state/rulesets.ts';

export function createDraft(
  address: Readonly<Record<string, string>>,
  existing: readonly Pick<NgcKey, 'name'>[],
): KeyOrder {
  const {
    make,
    name = findFreeName(existing.map((key) => key.name)),
    services = 'nvcf',
    scopes,
    resource,
    roles,
  } = address;
  return {
    type: make === 'personal' ? 'personal' : 'service',
    name,
    services: splitList(services),
    scopes: splitList(scopes),
    resource: parseResources(resource),
    roles: splitList(roles),
  };
}

export function draftOfKey({ type, name, services, policy, roles = [], expiresAt }: NgcKey): KeyOrder {
  return { type, name, services, scopes: policy?.scopes ?? [], resource: policy?.resource ?? [], roles, expiresAt };
}

function findFreeName(usedNames: readonly string[]): string {
  let name = 'my-key';
  for (let number = 2; usedNames.includes(name); number += 1) name = `my-key-${number}`;
  return name;
}

function splitList(text: string | undefined): readonly string[] {
  return text ? text.split(',') : [];
}

/** Parses the resources in an address, as JSON. Anything else is ignored. */
function parseResources(text = '[]'): readonly KeyResource[] {
  try {
    return [JSON.parse(text)]
      .flat()
      .filter(({ type, ids = [], ignoredIds = [] }) => [[type], ids, ignoredIds].every(isNames));
  } catch {
    return [];
  }
}

export function listResources({ resource = [] }: KeyOrder): readonly KeyResource[] {
  return [resource].flat();
}

/** Returns the rights of a key like this, for a simulation or an order. A resource without the ids it needs is left out. */
export function toRights(draft: KeyOrder): Pick<KeyOrder, 'scopes' | 'resource' | 'roles' | 'force'> {
  const { type, scopes = [], roles = [], force = false } = draft;
  if (type === 'personal') return { roles };
  const resource = listResources(draft).filter(
    ({ ids, ignoredIds = [] }) => ids === undefined || [...ids, ...ignoredIds].some((id) => id !== ''),
  );
  return { scopes, ...(resource.length > 0 && { resource }), ...(force && { force }) };
}

export function toOrder(draft: KeyOrder): KeyOrder {
  const { type, name, services, org, user, expiresAt, force = false } = draft;
  return {
    type,
    name,
    services,
    ...(org && { org }),
    ...(type === 'personal' && user && { user }),
    ...(expiresAt && { expiresAt }),
    ...toRights(draft),
    ...(force && { force }),
  };
}

/** Returns the edit that makes only the changes of the user: others may have changed the key since it was read. */
export function toEdit(draft: KeyOrder, initial: KeyOrder): object {
  const listMembers = (key: KeyOrder) => Object.entries({ ...toOrder(key), expiresAt: key.expiresAt || null });
  const before = listMembers(initial).map((member) => JSON.stringify(member));
  return Object.fromEntries(listMembers(draft).filter((member) => !before.includes(JSON.stringify(member))));
}

/**
 * Returns the widest resource type for each service in which a service key without one could do nothing; null if one of
 * them has none that goes with all of the scopes.
 */
export function findMissingResources(draft: KeyOrder, rulesets: readonly Ruleset[]): readonly string[] | null {
  const { type, scopes = [] } = draft;
  const labels = rulesets.flatMap(({ unbound, grants, resourceTypes = [] }) => {
    const isBound = listResources(draft).some((bound) =>
      resourceTypes.some(({ id, label }) => bound.type === id || bound.type === label),
    );
    if (type === 'personal' || unbound === undefined || isBound) return [];
    const limits = grants.flatMap(({ id, onlyOn }) => (scopes.includes(id) && onlyOn ? [onlyOn] : []));
    return [resourceTypes.find(({ id, names }) => names === null && limits.every((ids) => ids.includes(id)))?.label];
  });
  return labels.every((label) => label !== undefined) ? labels : null;
}

/** Sorts the operations of a service: allowed, open to all callers, and refused although a scope for them is ticked, by reason. */
export function groupEffects(effects: readonly OperationEffect[], draft: KeyOrder, ruleset: Ruleset) {
  const rules = new Map(ruleset.rules.map((rule) => [rule.id, rule]));
  const rulesByOperation = new Map(ruleset.operations.map(({ id, rule }) => [id, rules.get(rule)]));
  const groups = { allowed: [] as string[], open: [] as string[], refused: new Map<string, string[]>() };
  for (const effect of effects) {
    const rule = rulesByOperation.get(effect.operation);
    if (rule === undefined) groups.open.push(effect.operation);
    else if (effect.effect === 'allow') groups.allowed.push(effect.operation);
    else if (hasTickedScope(rule, draft)) {
      const reason = explainRefusal(effect, rule, draft, ruleset);
      groups.refused.set(reason, [...(groups.refused.get(reason) ?? []), effect.operation]);
    }
  }
  return groups;
}

function hasTickedScope({ needs: { all = [], any = [] } }: Rule, { type, scopes = [] }: KeyOrder): boolean {
  return type === 'service' && [...all, ...any].some((id) => scopes.includes(id));
}

function explainRefusal(effect: OperationEffect, rule: Rule, draft: KeyOrder, { resourceTypes = [] }: Ruleset): string {
  const { missing, missingAnyOf, reason } = effect;
  if (missing !== undefined) return `it lacks ${missing.join(' and ')}`;
  if (missingAnyOf !== undefined) return `it lacks ${missingAnyOf.join(' or ')}`;
  if (toRights(draft).resource === undefined) return 'it is not bound to a resource';
  const types = resourceTypes.filter(({ id }) => rule.on?.includes(id)).map(({ label }) => label);
  return types.length > 0 ? `it must be bound to ${types.join(' or ')}` : `${reason?.replaceAll('_', ' ')}`;
}

export const FORCE_LABEL = 'Allow what the documents rule out';

/** Returns a message of the control API without the advice for programs, which names members of JSON. */
export function toFormText(text: string): string {
  const words = text.split(/(?<=[.;]) /).filter((part) => !part.includes('`"'));
  if (words.length === 0) return text;
  if (text.includes('`"force"')) words.push(`Tick “${FORCE_LABEL}” to store it anyway.`);
  return words.join(' ').replace(/;$/, '.');
}
