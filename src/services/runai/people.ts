import type { RequestScope } from '../../contract/world.ts';
import { type AccessRule, readRuleBook, rulesOf } from './access-rules.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';
import { type RuleViewContext, readRuleViewContext, scopeNameOf } from './rule-view.ts';

/** A user on the login page. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** A summary of the user's rights. */
  readonly rights: string;
}

/** Users who can log in, and how many more there are. */
export interface People {
  readonly people: readonly Person[];
  readonly moreCount: number;
}

/** Maximum number of roles in a summary. */
const MAX_ROLES = 3;

/** Returns users who can log in with a password, oldest first, so the seed's users come first. */
export async function findPeople(world: Pick<RequestScope, 'store' | 'settings'>, max: number): Promise<People> {
  const users = (await identitiesIn(world.store).all('user')).filter(canLogIn);
  const [book, viewContext] = await Promise.all([readRuleBook(world), readRuleViewContext(world)]);
  const people = users
    .slice(0, max)
    .map((user): Person => ({ id: user.id, name: user.name, rights: describeRoles(rulesOf(book, user), viewContext) }));
  return { people, moreCount: users.length - people.length };
}

function canLogIn({ enabled, passwordHash }: Identity): boolean {
  return enabled && passwordHash !== null;
}

/** Summarizes the enabled roles, their scopes and the number of permissions. */
function describeRoles(rules: readonly AccessRule[], viewContext: RuleViewContext): string {
  const granted = rules.flatMap((rule) => {
    const role = viewContext.roles.get(rule.roleId);
    return role?.enabled === true
      ? [{ role, where: `${rule.scopeType} ${scopeNameOf(rule, viewContext) || rule.scopeId}` }]
      : [];
  });
  const [first] = granted;
  if (first === undefined) return 'No role: may use only operations that need no permission.';
  const listed = granted.slice(0, MAX_ROLES).map(({ role, where }) => `${role.name} in ${where}`);
  const more = granted.length > listed.length ? ` and ${granted.length - listed.length} more` : '';
  const sentence = granted.length === 1 ? first.role.description.replace(/\.$/, '') : '';
  const permissions = new Set(granted.flatMap(({ role }) => [...role.permissions]));
  const changing = [...permissions].filter((permission) => !permission.endsWith(':read')).length;
  return [
    `${listed.join('; ')}${more}.`,
    ...(sentence === '' ? [] : [`${sentence}.`]),
    `${countPermissions(permissions.size)}, ${changing === 0 ? 'all read-only' : `${changing} of them with write access`}.`,
  ].join(' ');
}

function countPermissions(permissions: number): string {
  return permissions === 1 ? '1 permission' : `${permissions} permissions`;
}
