import {
  type AccessRequest,
  type Caller,
  decideOnResource,
  type LookupResult,
  type ResourceAttributes,
} from '../../src/decisions/decide.ts';
import { type Decision, decisionOfVerdict } from '../../src/decisions/decision.ts';
import type { HeldRights, PendingRights, Resource } from '../../src/decisions/policy.ts';
import type { Principal } from '../../src/decisions/principal.ts';
import type { Rule, Tables } from '../../src/decisions/rule.ts';
import { createRuleset, permissionsOfRoles } from '../../src/decisions/ruleset.ts';

export const sourced = { source: 'test', certainty: 'documented' } as const;

/** Small tables with an example of each feature of keys. */
export const TOY_TABLES = {
  term: 'scope',
  product: 'nv-toys',
  permissions: [
    { id: 'play', label: 'Play', ...sourced },
    { id: 'look', label: 'Look At', ...sourced },
    { id: 'look_closely', label: 'Look Closely', ...sourced },
    { id: 'mend', label: 'mend', ...sourced },
    { id: 'burn', label: 'Burn Toys', onlyOn: ['everything'], ...sourced },
  ],
  resourceTypes: [
    {
      id: 'all-toys',
      label: 'All Toys',
      aliases: ['All Toy(s)'],
      names: null,
      reach: ['owned', 'public'],
      encoding: { type: 'all-toys', id: '*' },
      ...sourced,
    },
    { id: 'toy', label: 'Toy', names: '<toyId>', reach: [], encoding: { type: 'toy' }, ...sourced },
    {
      id: 'toy-parts',
      label: 'Toy Parts',
      names: '<toyId>/<partId>',
      reach: [],
      encoding: { type: 'toy' },
      ...sourced,
    },
    {
      id: 'lent-toys',
      label: 'Lent Toys',
      names: null,
      reach: ['shared'],
      encoding: { type: 'lent', id: '*' },
      ...sourced,
    },
    {
      id: 'everything',
      label: 'Everything',
      names: null,
      reach: ['owned', 'shared', 'public'],
      encoding: { type: 'everything', id: '*' },
      ...sourced,
    },
  ],
  roles: [
    { name: 'Player', permissions: ['play', 'look'], ...sourced },
    { name: 'Parent', permissions: ['play', 'look', 'look_closely', 'mend', 'burn'], ...sourced },
  ],
  rules: [],
  operations: [],
  remedies: {},
} as const satisfies Tables;

export const toyLaw = createRuleset('toys', null, TOY_TABLES);
/** A service whose keys need not name it. */
export const openLaw = createRuleset('open', null, {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: [],
  remedies: {},
});

export const ORG = 'acme';

export const ruleOf = (parts: Partial<Rule> = {}): Rule => ({ id: 'r', label: 'r', needs: {}, ...sourced, ...parts });

export const ask = (parts: Partial<Rule> = {}, more: Partial<AccessRequest> = {}): AccessRequest => ({
  rule: ruleOf(parts),
  ruleset: toyLaw,
  ...more,
});

export const serviceKey: Principal = { kind: 'service-key', id: 'key-1', name: 'robot', org: ORG, account: 'nca-1' };
export const personalKey: Principal = { ...serviceKey, kind: 'personal-key', id: 'key-2', name: 'laptop' };

/** A service key for the toys that holds these scopes, bound to these resources. */
export function key(
  held: readonly string[],
  resources: readonly Resource[] = [],
  more: Partial<HeldRights> = {},
): Caller {
  return {
    principal: serviceKey,
    held: {
      roles: [],
      permissions: new Set(held),
      resources,
      services: ['toys'],
      pending: [],
      policyVersion: 1,
      ...more,
    },
  };
}

/** A personal key of a user with these roles. */
export function keyOfUser(roles: readonly string[], more: Partial<HeldRights> = {}): Caller {
  const permissions = permissionsOfRoles(TOY_TABLES, roles);
  return {
    principal: personalKey,
    held: { roles, permissions, resources: null, services: ['toys'], pending: [], ...more },
  };
}

/** A version that is recorded, but not in force yet. */
export function pendingVersion(
  version: number,
  held: readonly string[],
  resources: readonly Resource[] = [],
): PendingRights {
  return { version, effectiveAt: version * 1000, permissions: new Set(held), resources };
}

/** A toy that the caller owns, with its names. */
export const BALL: ResourceAttributes = { relation: 'owned', names: { toy: ['ball'], 'toy-parts': ['ball/skin'] } };
/** The same toy in a call that names no part of it. */
export const WHOLE_BALL: ResourceAttributes = {
  relation: 'owned',
  names: { toy: ['ball'] },
  parts: { 'toy-parts': ['ball/skin', 'ball/valve'] },
};

export const seen = (reach: ResourceAttributes = BALL): LookupResult => ({
  found: 'object',
  target: {},
  attributes: reach,
});

/** The decision about a call, as the pipeline records it. */
export function decisionOn(
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: LookupResult | null,
  target?: string,
): Decision {
  const request = { method: 'GET', path: '/toys' };
  const facts = { id: 'd-1', at: 0, service: accessRequest.ruleset.service, operation: 'get_toy', request };
  const verdict = decideOnResource(accessRequest, caller, lookedUp);
  const decision = decisionOfVerdict(facts, accessRequest, caller, lookedUp, verdict, {});
  return target === undefined ? decision : { ...decision, resources: { ...decision.resources, target } };
}

/** A decision with the members of its parts side by side, as the control API returns them. */
export function flat({ basis, rights, resources, credential, ...decision }: Decision) {
  return { ...decision, ...basis, ...credential, ...rights, ...resources };
}
