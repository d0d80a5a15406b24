import type { DecisionHelp } from '../../contract/service.ts';
import type { RequestScope } from '../../contract/world.ts';
import { type Caller, decideOnResource, isEnough, missingRightsOf } from '../../decisions/decide.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import type { Rule } from '../../decisions/rule.ts';
import { type AccessRule, readHeldRights, readRuleBook, SUBJECT_TYPES } from './access-rules.ts';
import { identitiesIn } from './collections/identities.ts';
import { ACCESS_RULES_PATH } from './explaining/fixes.ts';
import { readRoles } from './roles.ts';
import { profileOf, RULESETS } from './rulesets.ts';
import { attributesOfPath, readScopes } from './scopes.ts';
import type { ScopeType } from './tables/index.ts';
import { readTenantId } from './tenant.ts';

const KINDS = ['user', 'application', 'service-account'] as const satisfies readonly IdentityKind[];

const MAX_SUBJECTS = 100;

/** Finds who can create the access rule of a fix. Users come first, then the subject with the oldest rule. */
export const findSenders: NonNullable<DecisionHelp['findSenders']> = async (world) => {
  const ruleset = RULESETS[profileOf(world.settings)];
  const createRule = ruleset.tables.rules.find(({ id }) => id === 'create-access-rule');
  if (createRule === undefined) return () => null;
  const scopes = await readScopes(world);
  const callers = await readCallers(world, await findGrantingRules(world, createRule));
  return ({ path, body }) => {
    if (path !== ACCESS_RULES_PATH) return null;
    // Safe cast: `findRuleFixes` created this body.
    const { scopeType, scopeId } = body as { scopeType: ScopeType; scopeId: string };
    const scope = scopes.pathOf(scopeType, scopeId);
    if (scope === null) return null;
    const lookedUp = { found: 'object', attributes: attributesOfPath(scope) } as const;
    const mayCreate = (caller: Caller) =>
      decideOnResource({ rule: createRule, ruleset }, caller, lookedUp).effect === 'allow';
    return callers.find(mayCreate)?.principal.name ?? null;
  };
};

async function findGrantingRules(world: RequestScope, requiredRule: Rule): Promise<readonly AccessRule[]> {
  const [roles, { all }] = await Promise.all([readRoles(world), readRuleBook(world)]);
  return all.filter(({ deletedAt, roleId }) => {
    const role = roles.get(roleId);
    if (deletedAt !== null || role?.enabled !== true) return false;
    return isEnough(missingRightsOf(requiredRule, { permissions: role.permissions, resources: [] }, []));
  });
}

/** Returns the enabled identities that are subjects of these rules, with their rights. */
async function readCallers(world: RequestScope, rules: readonly AccessRule[]): Promise<readonly Caller[]> {
  const tenant = await readTenantId(world);
  const subjects = KINDS.flatMap((kind) => {
    const rulesOfKind = rules.filter(({ subjectType }) => subjectType === SUBJECT_TYPES[kind]);
    return [...new Set(rulesOfKind.map(({ subjectId }) => subjectId))].map((name) => ({ kind, name }));
  });
  const callers: Caller[] = [];
  for (const { kind, name } of subjects.slice(0, MAX_SUBJECTS)) {
    const identity = await identitiesIn(world.store).byName(kind, name);
    if (identity?.enabled !== true) continue;
    const principal = { kind, id: identity.id, name: identity.name, tenant };
    callers.push({ principal, held: await readHeldRights(world, identity, tenant) });
  }
  return callers;
}
