import type { DecisionHelp } from '../../contract/service.ts';
import {
  type Caller,
  decideOnResource,
  isEnough,
  missingRightsOf,
  type ResourceState,
} from '../../decisions/decide.ts';
import type { Rights } from '../../decisions/policy.ts';
import type { Rule } from '../../decisions/rule.ts';
import { readHeldRights, readRuleBook } from './access-rules.ts';
import { identitiesIn } from './collections/identities.ts';
import { ACCESS_RULES_PATH } from './explaining/fixes.ts';
import { APPLICATIONS_PATH } from './explaining/identity-creation.ts';
import { readRoles } from './roles.ts';
import { profileOf, RULESETS } from './rulesets.ts';
import { attributesOfPath, readScopes } from './scopes.ts';
import { SUBJECT_TYPES } from './subjects.ts';
import type { ScopeType } from './tables/index.ts';
import { readTenantId } from './tenant.ts';

const KINDS = ['user', 'application', 'service-account'] as const;

/** Maximum number of subjects to try. */
const MAX_SUBJECTS = 100;

const EMPTY_RIGHTS: Rights = { held: new Set(), resources: [] };

/** Finds an identity that can create an application or the access rule of a fix. Users first, then the oldest rule. */
export const findSenders: NonNullable<DecisionHelp['findSenders']> = async (world) => {
  const ruleset = RULESETS[profileOf(world.settings)];
  const rule = ruleset.tables.rules.find(({ id }) => id === 'create-access-rule');
  if (rule === undefined) return () => null;
  const [scopes, tenant, roles, { all }] = await Promise.all([
    readScopes(world),
    readTenantId(world),
    readRoles(world),
    readRuleBook(world),
  ]);
  const granting = all.filter(({ deletedAt, roleId }) => {
    const role = roles.get(roleId);
    const missing = role?.enabled === true && missingRightsOf(rule, { ...EMPTY_RIGHTS, held: role.permissions }, []);
    return deletedAt === null && missing !== false && isEnough(missing);
  });
  const namesOf = (kind: (typeof KINDS)[number]) =>
    new Set(granting.flatMap(({ subjectType, subjectId }) => (subjectType === SUBJECT_TYPES[kind] ? subjectId : [])));
  const subjects = KINDS.flatMap((kind) => [...namesOf(kind)].map((name) => ({ kind, name })));
  const callers: Caller[] = [];
  for (const { kind, name } of subjects.slice(0, MAX_SUBJECTS)) {
    const identity = await identitiesIn(world.store).byName(kind, name);
    if (identity?.enabled !== true) continue;
    const principal = { kind, id: identity.id, name: identity.name, tenant };
    callers.push({ principal, heldRights: await readHeldRights(world, identity, tenant) });
  }
  const applications = ruleset.tables.rules.find(({ id }) => id === 'create-application');
  const findCaller = (requiredRule: Rule, lookedUp: ResourceState | null) =>
    callers.find((caller) => decideOnResource({ rule: requiredRule, ruleset }, caller, lookedUp).effect === 'allow')
      ?.principal.name ?? null;
  return ({ path, body }) => {
    if (path === APPLICATIONS_PATH && applications !== undefined) return findCaller(applications, null);
    if (path !== ACCESS_RULES_PATH) return null;
    // Safe cast: `findRuleFixes` or `leastRights` created this body.
    const { scopeType, scopeId } = body as { scopeType: ScopeType; scopeId: string };
    const scope = scopes.pathOf(scopeType, scopeId);
    return scope === null ? null : findCaller(rule, { found: 'object', attributes: attributesOfPath(scope) });
  };
};
