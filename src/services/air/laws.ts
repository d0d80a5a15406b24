import { type Law, lawOf } from '../../core/law.ts';
import type { OperationRow, Rule, Sourced } from '../../core/rule.ts';
import {
  type AirOperation,
  type AirResource,
  DSX_ROLES,
  OPERATIONS,
  REMEDIES,
  RESOURCES,
  ROLES,
  SCOPES,
} from './tables/index.ts';

type Profile = '2.0' | 'dsx';

const ACCESS = 'air:access';
const EVERY_SCOPE = SCOPES.map(({ id }) => id);

/** The law of a profile, read off the resources. */
function lawOfProfile(profile: Profile): Law {
  const own = RESOURCES.flatMap((resource) =>
    resource.operations
      .filter(({ only }) => only === undefined || only === profile)
      .map((operation) => ({ resource, operation })),
  );
  return lawOf(
    'air',
    profile,
    {
      term: 'scope',
      product: 'air',
      permissions: SCOPES,
      roles: profile === '2.0' ? ROLES : DSX_ROLES,
      rules: own.map(({ resource, operation }) => ruleOf(profile, resource, operation)),
      operations: [
        ...OPERATIONS,
        ...own.map(
          ({ operation }): OperationRow => ({ id: operation.id, rule: operation.id, ...sourceOf(profile, operation) }),
        ),
      ],
      remedies: REMEDIES,
    },
    `air.${profile}`,
  );
}

function sourceOf(profile: Profile, operation: AirOperation): Sourced {
  const { source, certainty } = profile === 'dsx' ? (operation.dsx ?? operation) : operation;
  return { source, certainty };
}

/**
 * 2.0: `air:access` beside what the operation itself needs. dsx: what it needs, or a role in place of it; where it needs
 * nothing, any scope of Air.
 */
function ruleOf(profile: Profile, resource: AirResource, operation: AirOperation): Rule {
  const { id, item, orRoles } = operation;
  const {
    needs,
    roles = operation.roles,
    source,
    certainty,
  } = profile === 'dsx' ? (operation.dsx ?? operation) : operation;
  const common = {
    id,
    label: `${resource.name}: ${id.slice(resource.name.length + 1)}`,
    ...(operation.ownersOnly === true && { ownersOnly: true as const }),
    ...(item === true && { cover: { lookup: resource.target ?? resource.name, param: 'id' } }),
    source,
    certainty,
  };
  if (profile === '2.0') return { ...common, needs: { ...needs, all: [ACCESS, ...(needs.all ?? [])] } };
  const needsNothing = needs.all === undefined && needs.any === undefined && roles === undefined;
  return {
    ...common,
    needs: {
      ...(needsNothing ? { any: EVERY_SCOPE } : needs),
      ...(roles !== undefined && { roles }),
      ...(orRoles !== undefined && { orRoles }),
    },
  };
}

/** The two versions of the API. */
export const LAWS: Readonly<Record<Profile, Law>> = { '2.0': lawOfProfile('2.0'), dsx: lawOfProfile('dsx') };
