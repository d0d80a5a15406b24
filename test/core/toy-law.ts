import { type Caller, decideAndCover, type Question, type Reach, type Sighting } from '../../src/core/decide.ts';
import { type Decision, decisionOfVerdict } from '../../src/core/decision.ts';
import { lawOf, permissionsOfRoles } from '../../src/core/law.ts';
import type { PendingRights, Resource, Standing } from '../../src/core/policy.ts';
import type { Principal } from '../../src/core/principal.ts';
import type { Rule, Tables } from '../../src/core/rule.ts';

export const sourced = { source: 'test', certainty: 'ours' } as const;

/** A small law that has one of everything that laws of keys have. */
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

export const toyLaw = lawOf('toys', null, TOY_TABLES);
/** A service that no key needs to be made for. */
export const openLaw = lawOf('open', null, {
  term: 'permission',
  permissions: [],
  roles: [],
  rules: [],
  operations: [],
  remedies: {},
});

export const ORG = 'acme';

export const ruleOf = (parts: Partial<Rule> = {}): Rule => ({ id: 'r', label: 'r', needs: {}, ...sourced, ...parts });

export const ask = (parts: Partial<Rule> = {}, more: Partial<Question> = {}): Question => ({
  rule: ruleOf(parts),
  law: toyLaw,
  ...more,
});

export const serviceKey: Principal = { kind: 'service-key', id: 'key-1', name: 'robot', org: ORG, account: 'nca-1' };
export const personalKey: Principal = { ...serviceKey, kind: 'personal-key', id: 'key-2', name: 'laptop' };

/** A service key for the toys that holds these scopes, bound to these resources. */
export function key(
  held: readonly string[],
  resources: readonly Resource[] = [],
  more: Partial<Standing> = {},
): Caller {
  return {
    principal: serviceKey,
    standing: { roles: [], held: new Set(held), resources, services: ['toys'], pending: [], policyVersion: 1, ...more },
  };
}

/** A personal key of somebody with these roles. */
export function keyOfUser(roles: readonly string[], more: Partial<Standing> = {}): Caller {
  const held = permissionsOfRoles(TOY_TABLES, roles);
  return {
    principal: personalKey,
    standing: { roles, held, resources: null, services: ['toys'], pending: [], ...more },
  };
}

/** A version that is recorded and does not count yet. */
export function pendingVersion(
  version: number,
  held: readonly string[],
  resources: readonly Resource[] = [],
): PendingRights {
  return { version, effectiveAt: version * 1000, held: new Set(held), resources };
}

/** A toy of the caller's own, with its names. */
export const BALL: Reach = { relation: 'owned', names: { toy: ['ball'], 'toy-parts': ['ball/skin'] } };
/** The same on a call that names no part of it. */
export const WHOLE_BALL: Reach = {
  relation: 'owned',
  names: { toy: ['ball'] },
  parts: { 'toy-parts': ['ball/skin', 'ball/valve'] },
};

export const seen = (reach: Reach = BALL): Sighting => ({ seen: 'object', target: {}, reach });

/** What was decided about a call of somebody, as the pipeline records it. */
export function decisionOn(question: Question, caller: Caller, sighting: Sighting | null, target?: string): Decision {
  const request = { method: 'GET', path: '/toys' };
  const asked = { id: 'd-1', at: 0, service: question.law.service, operation: 'get_toy', request };
  const verdict = decideAndCover(question, caller, sighting);
  const decision = decisionOfVerdict(asked, question, caller, sighting, verdict, {});
  return target === undefined ? decision : { ...decision, target };
}
