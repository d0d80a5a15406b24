import type { FindOther } from '../../../contract/service.ts';
import { decideOnResource, missingRightsOf } from '../../../decisions/decide.ts';
import type { DecisionInput } from '../../../decisions/decision.ts';
import { labelsOfResources } from '../../../decisions/labels.ts';
import type { HeldRights, Resource } from '../../../decisions/policy.ts';
import { REASONS_OF_RIGHTS } from '../../../decisions/reasons.ts';
import { describeLack, type FindFixes, type Fix, namePrincipal, quote } from '../../../explaining/index.ts';
import { own } from '../../../objects/members.ts';
import { findNear } from '../../../text/nearest.ts';
import { accessKeysIn } from '../collections/access-keys.ts';
import { identitiesIn } from '../collections/identities.ts';
import { oauthClientsIn } from '../collections/oauth-clients.ts';
import { SUBJECT_TYPES } from '../subjects.ts';
import type { PredefinedRole } from '../tables/index.ts';

export const ACCESS_RULES_PATH = '/api/v1/authorization/access-rules';

/**
 * Suggests an access rule that would allow a refused request: the smallest sufficient role in the narrowest sufficient
 * scope. Each candidate is tested by repeating the decision with it.
 */
export const findRuleFixes: FindFixes = (_decision, input, reason) =>
  REASONS_OF_RIGHTS.has(reason) ? { fixes: createRuleFixes(input) } : null;

function createRuleFixes(input: DecisionInput): Fix[] {
  const { accessRequest, caller, lookedUp } = input;
  const { rule, ruleset } = accessRequest;
  const { principal } = caller;
  const scopes = listScopes(input);
  const allows = (role: PredefinedRole, scope: Resource): boolean => {
    const added = { held: new Set<string>(role.permissions), resources: [scope] };
    const heldRights: HeldRights = {
      ...caller.heldRights,
      rightsByRule: [...(caller.heldRights.rightsByRule ?? []), added],
    };
    return decideOnResource(accessRequest, { principal, heldRights }, lookedUp).effect === 'allow';
  };
  // Safe cast: the tables of this service contain roles of this type.
  const roles = ruleset.tables.roles as readonly PredefinedRole[];
  const found = scopes
    .map((scope) => ({ scope, allowing: roles.filter((role) => allows(role, scope)) }))
    .find(({ allowing }) => allowing.length > 0);
  const needs = describeLack(missingRightsOf(rule, { held: new Set(), resources: [] }, []));
  if (found === undefined) {
    return [{ kind: 'grant', text: `give ${namePrincipal(principal)} a custom role that has ${needs}` }];
  }
  // Smallest role first. The sort is stable, so roles of equal size keep the vendor's order.
  const sufficient = [...found.allowing].sort((left, right) => left.permissions.length - right.permissions.length);
  const [smallest] = sufficient as [PredefinedRole];
  const scopeLabel = labelsOfResources(ruleset, [found.scope]).join('');
  const { type: scopeType, ids: [scopeId = ''] = [] } = found.scope;
  return [
    {
      kind: 'role',
      roles: [smallest.name],
      text: `give ${namePrincipal(principal)} an access rule for \`${scopeLabel}\` with the role \`${smallest.name}\`, which has ${needs}`,
      // 2.19 has no service accounts, so none can have a rule.
      ...((ruleset.profile !== '2.19' || principal.kind !== 'service-account') && {
        request: {
          method: 'POST',
          path: ACCESS_RULES_PATH,
          body: {
            subjectId: principal.name,
            subjectType: own(SUBJECT_TYPES, principal.kind),
            roleId: smallest.id,
            scopeId,
            scopeType,
          },
        },
      }),
    },
    ...createIdentityFix(sufficient),
  ];
}

/** Suggests any sufficient role, not only the smallest: an identity with such a role may exist. */
function createIdentityFix(sufficient: readonly PredefinedRole[]): Fix[] {
  const roles = sufficient.map(({ name }) => name);
  const which = roles.length === 1 ? 'the role' : 'one of the roles';
  return [{ kind: 'identity', roles, text: `call as an identity that has ${which} ${quote(roles)} there` }];
}

/** Returns the scopes that contain the object, narrowest first: only the tenant and the system if there is no object. */
function listScopes({ caller, lookedUp }: DecisionInput): Resource[] {
  const names = lookedUp?.found === 'object' ? lookedUp.attributes?.names : undefined;
  const { tenant } = caller.principal;
  const wholeTenant: Resource = { type: 'tenant', ids: [tenant ?? ''] };
  const path = Object.entries(names ?? {}).map(([type, ids]): Resource => ({ type, ids }));
  return [...path.reverse(), wholeTenant, { type: 'system', ids: ['system'] }];
}

/** Finds the existing client id that is most similar to an unknown one. */
export const findNearestClient: FindOther = async ({ presented }, context) => {
  const { store } = context;
  const clientId = presented.flatMap((credential) => (credential.kind === 'client' ? credential.clientId : []))[0];
  if (clientId === undefined) return null;
  const [keys, applications, accounts, clients] = await Promise.all([
    accessKeysIn(store).all({}),
    identitiesIn(store).all('application'),
    identitiesIn(store).all('service-account'),
    oauthClientsIn(context).all(),
  ]);
  const clientIds = [...keys, ...applications, ...accounts].flatMap(({ clientId }) => clientId ?? []);
  return findNear(clientId, [...new Set([...clientIds, ...clients.map(({ clientId }) => clientId)])]) ?? null;
};
