import { isEnough, lackOf, resourceFault } from '../../core/decide.ts';
import { quote } from '../../core/explaining/index.ts';
import type { Law } from '../../core/law.ts';
import type { Policy } from '../../core/policy.ts';
import type { Rule } from '../../core/rule.ts';
import { keyServices } from './key-policy.ts';

/** What determines whether a key is of use. */
interface Key {
  readonly name: string;
  readonly services: readonly string[];
  /** Null: a personal key, which has the rights of its user. */
  readonly policy: Policy | null;
  /** Of a personal key: those of its user, if they are known. */
  readonly roles?: readonly string[];
}

/**
 * Why a key can do nothing at all, although it may be stored like that: a sentence for each of its services. A key that
 * can do something in one of them is warned only of a missing resource, where its service says what that covers.
 *
 * @param laws of every service, in the version in force
 */
export function findKeyWarnings(laws: readonly Law[], { name, services, policy, roles }: Key): readonly string[] {
  if (services.length === 0) {
    const all = quote(keyServices(laws));
    return [`The key \`${name}\` is made for no service, so every service refuses it; the services are ${all}.`];
  }
  if (policy === null) {
    const isBare = roles?.length === 0;
    return isBare ? [`The key \`${name}\` can do nothing: it is personal, and its user has no roles.`] : [];
  }
  const own = laws.filter(({ service }) => services.includes(service));
  if (own.some((law) => law.tables.rules.some((rule) => isOpen(rule, law, policy))))
    return own.flatMap((law) => {
      const unbound = unboundWords(law, policy);
      return unbound === null ? [] : [`The key \`${name}\` has no resource: ${unbound}.`];
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

/** Ends a sentence about a key without a resource, in the words of its service; null if its scopes need no resource. */
function unboundWords({ tables }: Law, policy: Policy): string | null {
  if (policy.resources.length > 0 || tables.unbound === undefined) return null;
  const isNeeded = tables.rules.some((rule) => rule.on !== undefined && hasScopes(rule, policy));
  return isNeeded ? `a key without a resource ${tables.unbound}` : null;
}

/** May a service key with this policy do this to anything? */
function isOpen(rule: Rule, law: Law, policy: Policy): boolean {
  return hasScopes(rule, policy) && resourceFault(rule, law, policy.resources, null) === null;
}

function hasScopes(rule: Rule, { scopes, resources }: Policy): boolean {
  if (rule.closed === true || (rule.needs.roles ?? []).length > 0) return false;
  return isEnough(lackOf(rule, { held: new Set(scopes), resources }, []));
}
