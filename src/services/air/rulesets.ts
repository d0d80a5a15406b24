import type { OperationRow, Rule } from '../../decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../decisions/ruleset.ts';
import { type AirOperation, listOperations, lookupNameOf } from './actions.ts';
import { type AirResource, DSX_ROLES, OPERATIONS, REMEDIES, RESOURCES, ROLES, SCOPES } from './tables/index.ts';

type Profile = '2.0' | 'dsx';

/** The scope that every operation of 2.0 needs. */
const ACCESS_SCOPE = 'air:access';
const EVERY_SCOPE = SCOPES.map(({ id }) => id);

function createProfileRuleset(profile: Profile): Ruleset {
  const operations = RESOURCES.flatMap((resource) =>
    listOperations(resource)
      .filter(({ only }) => only === undefined || only === profile)
      .map((operation) => ({ resource, operation })),
  );
  const rows = operations.map(({ operation }): OperationRow => {
    const { source, certainty } = operation.shape ?? inProfile(profile, operation);
    return { id: operation.id, rule: operation.id, source, certainty };
  });
  const tables = {
    term: 'scope',
    product: 'air',
    // Scopes have no labels.
    permissions: SCOPES.map((scope) => ({ ...scope, label: scope.id })),
    roles: profile === '2.0' ? ROLES : DSX_ROLES,
    rules: operations.map(({ resource, operation }) => buildRule(profile, resource, operation)),
    operations: [...OPERATIONS, ...rows],
    remedies: REMEDIES,
  } as const;
  return createRuleset('air', profile, tables, `air.${profile}`);
}

function inProfile(profile: Profile, operation: AirOperation) {
  return profile === 'dsx' ? (operation.dsx ?? operation) : operation;
}

/**
 * Builds the rule of an operation. In 2.0: `air:access` and the needs of the operation. In dsx: its needs, and all of
 * `roles`; any of `orRoles` replaces the needs. Without needs and `roles`: any Air scope.
 */
function buildRule(profile: Profile, resource: AirResource, operation: AirOperation): Rule {
  const { id, action, item, orRoles, ownersOnly } = operation;
  const { needs, roles = operation.roles, source, certainty } = inProfile(profile, operation);
  const { all, any } = 'any' in needs ? { all: [], any: needs.any } : { all: needs, any: [] };
  const common = {
    id,
    label: `${resource.name}: ${action}`,
    ...(ownersOnly === true && { ownersOnly }),
    ...(item === true && { cover: { lookup: lookupNameOf(resource, operation), param: 'id' } }),
    source,
    certainty,
  };
  if (profile === '2.0') return { ...common, needs: { ...(any.length > 0 && { any }), all: [ACCESS_SCOPE, ...all] } };
  const needsNothing = all.length === 0 && any.length === 0 && roles === undefined;
  return {
    ...common,
    needs: {
      ...(all.length > 0 && { all }),
      ...(any.length > 0 && { any }),
      ...(needsNothing && { any: EVERY_SCOPE }),
      ...(roles !== undefined && { roles }),
      ...(orRoles !== undefined && { orRoles }),
    },
  };
}

export const RULESETS: Readonly<Record<Profile, Ruleset>> = {
  '2.0': createProfileRuleset('2.0'),
  dsx: createProfileRuleset('dsx'),
};
