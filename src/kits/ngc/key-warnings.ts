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
}

/**
 * Why a key can do nothing at all, although it may be stored like that: a sentence for each of its services. A key that
 * can do something in one of them has no warnings.
 *
 * @param laws of every service, in the version in force
 */
export function findKeyWarnings(laws: readonly Law[], { name, services, policy }: Key): readonly string[] {
  if (services.length === 0) {
    const all = quote(keyServices(laws));
    return [`The key \`${name}\` is made for no service, so every service refuses it; the services are ${all}.`];
  }
  if (policy === null) return [];
  const own = laws.filter(({ service }) => services.includes(service));
  if (own.some((law) => law.tables.rules.some((rule) => isOpen(rule, law, policy)))) return [];
  return own.map(({ service, tables }) => {
    const hasScopes = tables.permissions.some(({ id }) => policy.scopes.includes(id));
    const why = hasScopes
      ? 'no operation is open to its scopes and resource types'
      : `it has no scope of \`${service}\``;
    return `The key \`${name}\` can do nothing in \`${service}\`: ${why}.`;
  });
}

/** May a service key with this policy do this to anything? */
function isOpen(rule: Rule, law: Law, { scopes, resources }: Policy): boolean {
  if (rule.closed === true || (rule.needs.roles ?? []).length > 0) return false;
  if (!isEnough(lackOf(rule, { held: new Set(scopes), resources }, []))) return false;
  return resourceFault(rule, law, resources, null) === null;
}
