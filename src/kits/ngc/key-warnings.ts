import { isEnough, lackOf, resourceFault } from '../../core/decide.ts';
import { quote } from '../../core/explaining/index.ts';
import { type Law, permissionsOfRoles } from '../../core/law.ts';
import type { Policy } from '../../core/policy.ts';
import type { Rule } from '../../core/rule.ts';
import { keyServices } from './key-policy.ts';

/** The parts of a key that decide whether it can do anything. */
interface Key {
  readonly name: string;
  readonly services: readonly string[];
  /** Null: a personal key, which has the rights of its user. */
  readonly policy: Policy | null;
  /** For a personal key: the roles of its user, if they are known. */
  readonly roles?: readonly string[];
}

/**
 * Explains why a valid key can do nothing: a sentence for each of its services. If the key can do something in one,
 * the sentences are only about a missing resource, and about scopes that need other resource types.
 *
 * @param laws the rulesets of all services, in the version in force
 */
export function findKeyWarnings(laws: readonly Law[], { name, services, policy, roles }: Key): readonly string[] {
  if (services.length === 0) {
    const all = quote(keyServices(laws));
    return [`The key \`${name}\` has no service, so every service refuses it. The services are ${all}.`];
  }
  const own = laws.filter(({ service }) => services.includes(service));
  if (policy === null) return roles === undefined ? [] : findRoleWarnings(laws, own, name, roles);
  if (own.some((law) => law.tables.rules.some((rule) => isOpen(rule, law, policy))))
    return own.flatMap((law) => {
      const unbound = unboundWords(law, policy);
      return unbound === null
        ? findScopeWarnings(law, name, policy)
        : [`The key \`${name}\` has no resource: ${unbound}.`];
    });
  return own.map((law) => {
    const { service, tables } = law;
    const hasAny = tables.permissions.some(({ id }) => policy.scopes.includes(id));
    const why = hasAny
      ? (unboundWords(law, policy) ?? 'no operation is open to its scopes and resource types')
      : `it has no scope of \`${service}\``;
    return `The key \`${name}\` can do nothing in \`${service}\`: ${why}.`;
  });
}

/** The service where people manage keys; it accepts every personal key. */
const ADMINISTRATION = 'ngc';

/** Explains why a personal key can do nothing: no role of its user has rights in the services of the key. */
function findRoleWarnings(
  laws: readonly Law[],
  own: readonly Law[],
  name: string,
  roles: readonly string[],
): readonly string[] {
  const counting = [...own, ...laws.filter(({ service }) => service === ADMINISTRATION)];
  if (counting.some((law) => isOpenToRoles(law, roles))) return [];
  const rolesOf = ({ tables }: Law) => tables.roles.map((role) => role.name);
  if (roles.length === 0) {
    const valid = quote(own.flatMap(rolesOf));
    return [`The key \`${name}\` can do nothing: it is personal, and its user has no roles. The roles are ${valid}.`];
  }
  const held = `${roles.length === 1 ? 'the role' : 'the roles'} ${quote(roles)}`;
  return own.map((law) => {
    const valid = `\`${law.service}\` has ${quote(rolesOf(law))}`;
    return `The key \`${name}\` can do nothing in \`${law.service}\`: ${held} of its user ${roles.length === 1 ? 'grants' : 'grant'} no rights there; ${valid}.`;
  });
}

/** Whether these roles allow any operation of the service. */
function isOpenToRoles({ tables }: Law, roles: readonly string[]): boolean {
  const held = permissionsOfRoles(tables, roles);
  return tables.rules.some(({ closed, needs, ...rule }) => {
    const hasRoles = (needs.roles ?? []).every((role) => roles.includes(role));
    return closed !== true && hasRoles && isEnough(lackOf({ ...rule, needs }, { held, resources: null }, roles));
  });
}

/** Scopes without effect, because their operations need other resource types than the key has. */
function findScopeWarnings(law: Law, name: string, policy: Policy): readonly string[] {
  const { service, tables, resourceTypes } = law;
  const labelOf = (type: string) => resourceTypes.get(type)?.label ?? type;
  return policy.scopes.flatMap((scope) => {
    const needing = tables.rules.filter(
      (rule) => hasScopes(rule, policy) && [...(rule.needs.all ?? []), ...(rule.needs.any ?? [])].includes(scope),
    );
    if (needing.length === 0 || needing.some((rule) => isOpen(rule, law, policy))) return [];
    const types = [...new Set(needing.flatMap(({ on = [] }) => on))].map(labelOf);
    return [
      `The key \`${name}\` can do nothing in \`${service}\` with the scope \`${scope}\`: the scope needs a resource of type ${quote(types)}.`,
    ];
  });
}

/** The service's own text about a key without a resource; null if the scopes need no resource. */
function unboundWords({ tables }: Law, policy: Policy): string | null {
  if (policy.resources.length > 0 || tables.unbound === undefined) return null;
  const isNeeded = tables.rules.some((rule) => rule.on !== undefined && hasScopes(rule, policy));
  return isNeeded ? `a key without a resource ${tables.unbound}` : null;
}

/** Whether a service key with this policy may do this to any object. */
function isOpen(rule: Rule, law: Law, policy: Policy): boolean {
  return hasScopes(rule, policy) && resourceFault(rule, law, policy.resources, null) === null;
}

function hasScopes(rule: Rule, { scopes, resources }: Policy): boolean {
  if (rule.closed === true || (rule.needs.roles ?? []).length > 0) return false;
  return isEnough(lackOf(rule, { held: new Set(scopes), resources }, []));
}
