import type { RequestScope } from '../../contract/world.ts';
import { type AccessRule, readRuleBook, rulesOf } from './access-rules.ts';
import { identitiesIn } from './collections/identities.ts';
import { type RuleViewContext, readRuleViewContext, scopeNameOf } from './rule-view.ts';

/** Users who can log in, for the login page, with a summary of their rights. */
export interface People {
  readonly people: readonly { readonly id: string; readonly name: string; readonly rights: string }[];
  /** Number of further users who can log in. */
  readonly moreCount: number;
}

const MAX_ROLES = 3;

/** Returns the first `max` users who can log in with a password. The oldest come first, so the seed's users do. */
export async function findPeople(world: RequestScope, max: number): Promise<People> {
  const all = await identitiesIn(world.store).all('user');
  const users = all.filter(({ enabled, passwordHash }) => enabled && passwordHash !== null);
  const [book, viewContext] = await Promise.all([readRuleBook(world), readRuleViewContext(world)]);
  const people = users.slice(0, max).map((user) => {
    return { id: user.id, name: user.name, rights: describeRoles(rulesOf(book, user), viewContext) };
  });
  return { people, moreCount: users.length - people.length };
}

function describeRoles(rules: readonly AccessRule[], viewContext: RuleViewContext): string {
  const grants = rules.flatMap((rule) => {
    const role = viewContext.roles.get(rule.roleId);
    if (role?.enabled !== true) return [];
    return [{ role, scope: `${rule.scopeType} ${scopeNameOf(rule, viewContext) || rule.scopeId}` }];
  });
  const [firstGrant] = grants;
  if (firstGrant === undefined) return 'No role: may use only operations that need no permission.';
  const listed = grants.slice(0, MAX_ROLES).map(({ role, scope }) => `${role.name} in ${scope}`);
  const rest = grants.length > listed.length ? ` and ${grants.length - listed.length} more` : '';
  const description = grants.length === 1 ? firstGrant.role.description.replace(/\.$/, '') : '';
  const permissions = new Set(grants.flatMap(({ role }) => [...role.permissions]));
  return [
    `${listed.join('; ')}${rest}.`,
    ...(description === '' ? [] : [`${description}.`]),
    `${describePermissions(permissions)}.`,
  ].join(' ');
}

function describePermissions(permissions: ReadonlySet<string>): string {
  const total = permissions.size === 1 ? '1 permission' : `${permissions.size} permissions`;
  const writeCount = [...permissions].filter((permission) => !permission.endsWith(':read')).length;
  return writeCount === 0 ? `${total}, all read-only` : `${total}, ${writeCount} of them with write access`;
}
