import { decideOnResource, missingRightsOf } from '../../../decisions/decide.ts';
import type { DecisionInput } from '../../../decisions/decision.ts';
import { describeLack, type FindFixes, type Fix, namePrincipal, quote } from '../../../decisions/explaining/index.ts';
import type { HeldRights, Resource } from '../../../decisions/policy.ts';
import type { Principal } from '../../../decisions/principal.ts';
import { labelsOfResources, REASONS_OF_RIGHTS } from '../../../decisions/reasons.ts';
import { own } from '../../../lib/members.ts';
import { SUBJECT_TYPES } from '../access-rules.ts';
import type { PredefinedRole } from '../tables/index.ts';

export const ACCESS_RULES_PATH = '/api/v1/authorization/access-rules';

/** Suggests an access rule for a refused request: the smallest sufficient role in the narrowest sufficient scope. */
export const findRuleFixes: FindFixes = (_decision, input, reason) =>
  REASONS_OF_RIGHTS.has(reason) ? { fixes: createRuleFixes(input) } : null;

function createRuleFixes(input: DecisionInput): Fix[] {
  const { rule, ruleset } = input.accessRequest;
  const { principal } = input.caller;
  const needs = describeLack(missingRightsOf(rule, { permissions: new Set(), resources: [] }, []));
  const found = findSufficientRoles(input);
  if (found === null) {
    return [{ kind: 'grant', text: `give ${namePrincipal(principal)} a custom role that has ${needs}` }];
  }
  const { scope, smallest, roles } = found;
  const scopeLabel = labelsOfResources(ruleset, [scope]).join('');
  // 2.19 has no service accounts, so none can have a rule.
  const canHaveRule = ruleset.profile !== '2.19' || principal.kind !== 'service-account';
  const roleFix: Fix = {
    kind: 'role',
    roles: [smallest.name],
    text: `give ${namePrincipal(principal)} an access rule for \`${scopeLabel}\` with the role \`${smallest.name}\`, which has ${needs}`,
    ...(canHaveRule && { request: createRuleRequest(principal, smallest, scope) }),
  };
  return [roleFix, createIdentityFix(roles)];
}

/** Returns the roles that would allow a request, smallest first, in the narrowest scope that suffices; null if none does. */
function findSufficientRoles(input: DecisionInput) {
  // Safe cast: the tables of this service contain roles of this type.
  const predefined = input.accessRequest.ruleset.tables.roles as readonly PredefinedRole[];
  for (const scope of listScopes(input)) {
    // The sort is stable, so roles of equal size keep the vendor's order.
    const roles = predefined
      .filter((role) => isAllowedWith(role, scope, input))
      .sort((left, right) => left.permissions.length - right.permissions.length);
    const [smallest] = roles;
    if (smallest !== undefined) return { scope, roles, smallest };
  }
  return null;
}

function isAllowedWith(role: PredefinedRole, scope: Resource, input: DecisionInput): boolean {
  const { accessRequest, caller, lookedUp } = input;
  const addedRights = { permissions: new Set<string>(role.permissions), resources: [scope] };
  const held: HeldRights = { ...caller.held, rightsByRule: [...(caller.held.rightsByRule ?? []), addedRights] };
  return decideOnResource(accessRequest, { principal: caller.principal, held }, lookedUp).effect === 'allow';
}

function createRuleRequest(principal: Principal, role: PredefinedRole, scope: Resource): NonNullable<Fix['request']> {
  const { type: scopeType, ids: [scopeId = ''] = [] } = scope;
  return {
    method: 'POST',
    path: ACCESS_RULES_PATH,
    body: {
      subjectId: principal.name,
      subjectType: own(SUBJECT_TYPES, principal.kind),
      roleId: role.id,
      scopeId,
      scopeType,
    },
  };
}

/** Suggests an identity with any sufficient role, not only the smallest, because such an identity may exist. */
function createIdentityFix(sufficientRoles: readonly PredefinedRole[]): Fix {
  const roles = sufficientRoles.map(({ name }) => name);
  const anyRole = roles.length === 1 ? 'the role' : 'one of the roles';
  return { kind: 'identity', roles, text: `call as an identity that has ${anyRole} ${quote(roles)} there` };
}

/** Returns the scopes that contain the object of a request, if any, narrowest first, then the tenant and the system. */
function listScopes({ caller, lookedUp }: DecisionInput): Resource[] {
  const names = lookedUp?.found === 'object' ? lookedUp.attributes?.names : undefined;
  const { tenant } = caller.principal;
  const wholeTenant: Resource = { type: 'tenant', ids: [tenant ?? ''] };
  const path = Object.entries(names ?? {}).map(([type, ids]): Resource => ({ type, ids }));
  return [...path.reverse(), wholeTenant, { type: 'system', ids: ['system'] }];
}
