import { findResourceFault, isEnough, missingRightsOf, serviceOfKey } from '../../decisions/decide.ts';
import { quote } from '../../decisions/explaining/index.ts';
import type { Policy } from '../../decisions/policy.ts';
import type { Rule } from '../../decisions/rule.ts';
import { permissionsOfRoles, type Ruleset } from '../../decisions/ruleset.ts';
import { keyServices } from './key-policy.ts';
import { explainIgnoredIds, showIds } from './resource-ids.ts';

interface Key {
  readonly name: string;
  readonly services: readonly string[];
  /** Null for a personal key, which has the rights of its user. */
  readonly policy: Policy | null;
  /** For a personal key: its user's roles, if known. */
  readonly roles?: readonly string[];
}

interface PolicyRights {
  readonly scopes: ReadonlySet<string>;
  readonly resources: Policy['resources'];
}

export interface KeyWarnings {
  readonly isUseless: boolean;
  readonly warnings: readonly string[];
}

const NO_WARNINGS: KeyWarnings = { isUseless: false, warnings: [] };

function createUselessWarnings(...warnings: readonly string[]): KeyWarnings {
  return { isUseless: true, warnings };
}

/** Explains, per service, why a key can do nothing. If it can do something, only reports what has no effect. */
export function findKeyWarnings(rulesets: readonly Ruleset[], { name, services, policy, roles }: Key): KeyWarnings {
  if (services.length === 0) {
    const all = quote(keyServices(rulesets, policy === null ? 'personal-key' : 'service-key'));
    return createUselessWarnings(
      `The key \`${name}\` has no service, so every service refuses it. Valid services are ${all}.`,
    );
  }
  if (policy === null) {
    const keyRulesets = rulesets.filter((ruleset) => services.includes(serviceOfKey(ruleset, 'personal-key') ?? ''));
    const warnings = roles === undefined ? [] : findRoleWarnings(rulesets, keyRulesets, name, roles);
    return warnings.length === 0 ? NO_WARNINGS : createUselessWarnings(...warnings);
  }
  const keyRulesets = rulesets.filter(({ service }) => services.includes(service));
  const held: PolicyRights = { scopes: new Set(policy.scopes), resources: policy.resources };
  const { isUseless, warnings } = findPolicyWarnings(keyRulesets, name, held);
  // A resource with only ignored ids grants nothing.
  const effective = { ...held, resources: held.resources.filter(({ ids }) => ids?.length !== 0) };
  return {
    isUseless: isUseless || !canDoAnything(keyRulesets, effective),
    warnings: [...warnings, ...keyRulesets.flatMap((ruleset) => findIgnoredIds(ruleset, name, held))],
  };
}

function canDoAnything(keyRulesets: readonly Ruleset[], held: PolicyRights): boolean {
  return keyRulesets.some((ruleset) =>
    ruleset.tables.rules.some((rule) => hasScopes(rule, held) && fitsResource(rule, ruleset, held)),
  );
}

function findPolicyWarnings(keyRulesets: readonly Ruleset[], name: string, held: PolicyRights): KeyWarnings {
  if (canDoAnything(keyRulesets, held)) {
    const warnings = keyRulesets.flatMap((ruleset) => {
      const unbound = describeUnboundKey(ruleset, held);
      return unbound === null
        ? findScopeWarnings(ruleset, name, held)
        : [`The key \`${name}\` has no resource: ${unbound}.`];
    });
    return { isUseless: false, warnings };
  }
  return createUselessWarnings(
    ...keyRulesets.map(
      (ruleset) =>
        `The key \`${name}\` can do nothing in \`${ruleset.service}\`: ${explainUselessness(ruleset, held)}.`,
    ),
  );
}

function explainUselessness(ruleset: Ruleset, held: PolicyRights): string {
  const { service, tables } = ruleset;
  if (!tables.permissions.some(({ id }) => held.scopes.has(id))) return `it has no scope of \`${service}\``;
  const unbound = describeUnboundKey(ruleset, held);
  if (unbound !== null) return unbound;
  // One sentence for all scopes that need the same types.
  const scopesByTypes = new Map<string, string[]>();
  for (const { scope, types } of findMisplacedScopes(ruleset, held)) {
    scopesByTypes.set(quote(types), [...(scopesByTypes.get(quote(types)) ?? []), scope]);
  }
  const needs = [...scopesByTypes].map(([types, scopes]) => {
    const subject = scopes.length === 1 ? `scope ${quote(scopes)} needs` : `scopes ${quote(scopes)} need`;
    return `. The ${subject} a resource of type ${types}`;
  });
  return `its scopes and resource types allow no operation${needs.join('')}`;
}

/** Explains why a personal key can't do anything: no role of its user has rights in the key's services. */
function findRoleWarnings(
  rulesets: readonly Ruleset[],
  keyRulesets: readonly Ruleset[],
  name: string,
  roles: readonly string[],
): readonly string[] {
  // The management of keys accepts every personal key.
  const keyManagement = rulesets.filter(({ service }) => service === 'ngc');
  const isOpen =
    keyRulesets.some(({ tables }) => permissionsOfRoles(tables, []).size > 0) ||
    [...keyRulesets, ...keyManagement].some((ruleset) => isOpenToRoles(ruleset, roles));
  if (isOpen) return [];
  const rolesOf = ({ tables }: Ruleset) => tables.roles.map((role) => role.name);
  if (roles.length === 0) {
    const valid = quote(keyRulesets.flatMap(rolesOf));
    return [`The key \`${name}\` can do nothing: it is personal, and its user has no roles. Valid roles are ${valid}.`];
  }
  const held = `${roles.length === 1 ? 'the role' : 'the roles'} ${quote(roles)}`;
  return keyRulesets.map((ruleset) => {
    const valid = `\`${ruleset.service}\` has ${quote(rolesOf(ruleset))}`;
    return `The key \`${name}\` can do nothing in \`${ruleset.service}\`: ${held} of its user ${roles.length === 1 ? 'grants' : 'grant'} no rights there; ${valid}.`;
  });
}

/** Checks whether these roles allow any operation beyond those open to every user. */
function isOpenToRoles({ tables }: Ruleset, roles: readonly string[]): boolean {
  const ofEveryUser = permissionsOfRoles(tables, []);
  const permissions = new Set([...permissionsOfRoles(tables, roles)].filter((id) => !ofEveryUser.has(id)));
  return tables.rules.some(({ closed, needs, ...rule }) => {
    const hasRoles = (needs.roles ?? []).every((role) => roles.includes(role));
    return (
      closed !== true &&
      hasRoles &&
      isEnough(missingRightsOf({ ...rule, needs }, { permissions, resources: null }, roles))
    );
  });
}

/** Returns labels of types and rules. Relies on documented rows; an inferred row may still allow something. */
function findMisplacedScopes(ruleset: Ruleset, held: PolicyRights) {
  const { tables, resourceTypes } = ruleset;
  const labelOf = (type: string) => resourceTypes.get(type)?.label ?? type;
  const sufficing = tables.rules.filter((rule) => hasScopes(rule, held));
  return [...held.scopes].flatMap((scope) => {
    const needing = sufficing.filter(({ needs: { all = [], any = [] } }) => all.includes(scope) || any.includes(scope));
    const stated = needing.filter(({ certainty }) => certainty !== 'inferred');
    const rows = stated.length === 0 ? needing : stated;
    if (rows.length === 0 || rows.some((rule) => fitsResource(rule, ruleset, held))) return [];
    const types = [...new Set(rows.flatMap(({ on = [] }) => on))].map(labelOf);
    const allowed = needing.filter((rule) => fitsResource(rule, ruleset, held)).map(({ label }) => label);
    return [{ scope, types, allowedRules: [...new Set(allowed)] }];
  });
}

function findScopeWarnings(ruleset: Ruleset, name: string, held: PolicyRights): readonly string[] {
  return findMisplacedScopes(ruleset, held).map(({ scope, types, allowedRules }) => {
    const still = allowedRules.length === 0 ? 'nothing' : `only ${quote(allowedRules)}`;
    return `The key \`${name}\` can do ${still} in \`${ruleset.service}\` with the scope \`${scope}\`: the scope needs a resource of type ${quote(types)}.`;
  });
}

function findIgnoredIds({ resourceTypes }: Ruleset, name: string, { resources }: PolicyRights): readonly string[] {
  return resources.flatMap(({ type, ignoredIds = [] }) => {
    if (ignoredIds.length === 0 || !resourceTypes.has(type)) return [];
    const why = explainIgnoredIds(type, ignoredIds, [...resourceTypes.values()]);
    return [`The key \`${name}\` names ${showIds(ignoredIds)} without effect: ${why}`];
  });
}

/** Returns the service's text about keys without a resource; null if the scopes need none. */
function describeUnboundKey({ tables }: Ruleset, held: PolicyRights): string | null {
  if (held.resources.length > 0 || tables.unbound === undefined) return null;
  const isNeeded = tables.rules.some((rule) => rule.on !== undefined && hasScopes(rule, held));
  return isNeeded ? `a key without a resource ${tables.unbound}` : null;
}

function fitsResource(rule: Rule, ruleset: Ruleset, { resources }: PolicyRights): boolean {
  return findResourceFault(rule, ruleset, resources, null) === null;
}

function hasScopes(rule: Rule, { scopes, resources }: PolicyRights): boolean {
  if (rule.closed === true || (rule.needs.roles ?? []).length > 0) return false;
  return isEnough(missingRightsOf(rule, { permissions: scopes, resources }, []));
}
