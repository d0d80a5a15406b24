/** What holds of decisions whatever the rule, the key and the object are. */
import { describe, expect, it } from 'vitest';
import {
  type Caller,
  cover,
  decide,
  mayReach,
  type Question,
  type Reach,
  type Sighting,
  type Verdict,
} from '../../src/core/decide.ts';
import type { Decision } from '../../src/core/decision.ts';
import { findFixes } from '../../src/core/explaining/fixes.ts';
import type { Law } from '../../src/core/law.ts';
import type { Resource, Standing } from '../../src/core/policy.ts';
import type { Relation, Rule } from '../../src/core/rule.ts';
import { findKeyFixes } from '../../src/kits/ngc/key-fixes.ts';
import { drawnAt } from '../../src/machine/random.ts';
import { effectAfter, faultsOfEdit } from '../kits/ngc/edit.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { SERVICES } from '../support/services.ts';
import { decisionOn, ORG, personalKey, serviceKey, sourced, toyLaw } from './toy-law.ts';

/** A row of choices that its seed decides. */
class Draws {
  readonly #seed: string;
  #place = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  below(count: number): number {
    return Math.floor(drawnAt(this.#seed, this.#place++) * count);
  }

  chance(share: number): boolean {
    return drawnAt(this.#seed, this.#place++) < share;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  some<Item>(items: readonly Item[], share = 0.5): Item[] {
    return items.filter(() => this.chance(share));
  }
}

interface Case {
  readonly question: Question;
  readonly caller: Caller;
  readonly sighting: Sighting | null;
}

const uuid = (digit: string) => 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', digit);
const OBJECTS = ['1', '2', '3'].map(uuid);
const PARTS = ['a', 'b'].map(uuid);
const RELATIONS: readonly Relation[] = ['owned', 'shared', 'public'];
const MOST = roundsOf(3000);

/** Ids that fit the form in which a type names objects. */
function idsOf(form: string): readonly string[] {
  return form.includes('/') ? OBJECTS.flatMap((id) => PARTS.map((part) => `${id}/${part}`)) : OBJECTS;
}

function someResource(draws: Draws, law: Law): Resource {
  const { id, names } = draws.one(law.tables.resourceTypes ?? []);
  return names === null ? { type: id } : { type: id, ids: [draws.one(idsOf(names)), draws.one(idsOf(names))] };
}

/** One entry for each type, as policies have. */
function someResources(draws: Draws, law: Law): Resource[] {
  if (law.tables.resourceTypes === undefined) return [];
  const drawn = Array.from({ length: draws.below(4) }, () => someResource(draws, law));
  return drawn.filter(({ type }, index) => drawn.findIndex((other) => other.type === type) === index);
}

function someReach(draws: Draws, law: Law): Reach {
  const object = draws.one(OBJECTS);
  const parts = PARTS.map((part) => `${object}/${part}`);
  const named = (law.tables.resourceTypes ?? []).flatMap(({ id, names }) => (names === null ? [] : [{ id, names }]));
  const whole = named.filter(({ names }) => !names.includes('/')).map(({ id }) => [id, [object]]);
  const inner = named.filter(({ names }) => names.includes('/')).map(({ id }) => id);
  const relation = draws.one(RELATIONS);
  return draws.chance(0.5)
    ? { relation, names: Object.fromEntries(whole), parts: Object.fromEntries(inner.map((id) => [id, parts])) }
    : { relation, names: Object.fromEntries([...whole, ...inner.map((id) => [id, [draws.one(parts)]])]) };
}

function someSighting(draws: Draws, law: Law): Sighting | null {
  const drawn = draws.below(12);
  if (drawn === 0) return { seen: 'nothing' };
  if (drawn === 1) return { seen: 'foreign', owner: 'somebody' };
  if (drawn === 2) return { seen: 'object', target: {} };
  return drawn === 3 ? null : { seen: 'object', target: {}, reach: someReach(draws, law) };
}

function someRule(draws: Draws, law: Law): Rule {
  const grants = law.tables.permissions.map(({ id }) => id);
  const types = (law.tables.resourceTypes ?? []).map(({ id }) => id);
  return {
    id: 'r',
    label: 'r',
    needs: {
      ...(draws.chance(0.6) && { all: draws.some(grants, 0.25) }),
      ...(draws.chance(0.4) && { any: draws.some(grants, 0.4) }),
    },
    ...(draws.chance(0.8) && { on: draws.some(types) }),
    ...(draws.chance(0.3) && { open: draws.some(RELATIONS) }),
    ...(draws.chance(0.05) && { closed: true as const }),
    ...(draws.chance(0.5) && { versionless: draws.one(['refuse', 'narrow'] as const) }),
    ...sourced,
  };
}

function someStanding(draws: Draws, law: Law, bound: boolean): Standing {
  const grants = law.tables.permissions.map(({ id }) => id);
  const rights = () => ({
    held: new Set(draws.some(grants, 0.6)),
    resources: bound ? someResources(draws, law) : null,
  });
  const services = draws.chance(0.9) ? [law.service] : draws.some(['other']);
  const versions = bound ? draws.below(4) : 0;
  const pending = Array.from({ length: versions }, (_, index) => ({
    ...rights(),
    version: index + 2,
    effectiveAt: 1000 * (index + 1),
  }));
  return { roles: [], services, ...rights(), pending };
}

function someCase(draws: Draws, law: Law, rule = someRule(draws, law)): Case {
  const bound = draws.chance(0.85);
  const org = draws.chance(0.1) ? 'other' : draws.chance(0.5) ? ORG : undefined;
  return {
    question: { rule, law, org },
    caller: { principal: bound ? serviceKey : personalKey, standing: someStanding(draws, law, bound) },
    sighting: someSighting(draws, law),
  };
}

function judge({ question, caller, sighting }: Case): Verdict {
  const early = decide(question, caller);
  return early.effect === 'deny' || sighting === null ? early : cover(question, caller, sighting);
}

const withRights = ({ caller, ...rest }: Case, rights: Partial<Standing>): Case => ({
  ...rest,
  caller: { ...caller, standing: { ...caller.standing, ...rights } },
});

/** Many cases under a law; more than a few of them allowed, and more than a few refused. */
function many(seed: string, law: Law, rules?: readonly Rule[]): readonly (Case & { readonly draws: Draws })[] {
  return Array.from({ length: MOST }, (_, index) => {
    const draws = new Draws(seedOf(`${seed}-${index}`));
    return { ...someCase(draws, law, rules && draws.one(rules)), draws };
  });
}

/** What a failing case was, in short. */
function told({ question: { rule, org }, caller: { principal, standing }, sighting }: Case): string {
  return JSON.stringify({ rule, org, kind: principal.kind, ...standing, held: [...standing.held], sighting });
}

const grantsOf = (law: Law) => law.tables.permissions.map(({ id }) => id);

describe('whatever the rule, the key and the object are,', () => {
  const cases = many('toys', toyLaw);

  it('the cases are of both kinds, and of every reason that rights can have', () => {
    const outcomes = new Map<string, number>();
    for (const one of cases) {
      const judgement = judge(one);
      const outcome = judgement.effect === 'allow' ? 'allow' : judgement.reason;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }

    for (const outcome of [
      'allow',
      'missing_scope',
      'incompatible_resource_type',
      'resource_mismatch',
      'closed_to_keys',
      'service_not_enabled',
      'other_organization',
      'no_such_object',
      'foreign_object',
    ]) {
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(roundsOf(20) - 1);
    }
  });

  it('one more scope never takes a permission away', () => {
    for (const one of cases) {
      if (judge(one).effect === 'deny') continue;
      for (const scope of grantsOf(toyLaw)) {
        const held = new Set([...one.caller.standing.held, scope]);
        expect(judge(withRights(one, { held })).effect, told(one)).toBe('allow');
      }
    }
  });

  it('one more resource never takes a permission away', () => {
    for (const one of cases) {
      const { resources } = one.caller.standing;
      if (resources === null || judge(one).effect === 'deny') continue;
      const more = [...resources, someResource(one.draws, toyLaw)];
      expect(judge(withRights(one, { resources: more })).effect, told(one)).toBe('allow');
    }
  });

  it('one more id of a resource never takes a permission away', () => {
    for (const one of cases) {
      const { resources } = one.caller.standing;
      if (resources === null || judge(one).effect === 'deny') continue;
      const more = resources.map(({ type, ids }) => (ids === undefined ? { type } : { type, ids: [...ids, 'more'] }));
      expect(judge(withRights(one, { resources: more })).effect, told(one)).toBe('allow');
    }
  });

  it('nobody may less who is bound to nothing', () => {
    for (const one of cases) {
      if (judge(one).effect === 'allow') {
        expect(judge(withRights(one, { resources: null })).effect, told(one)).toBe('allow');
      }
    }
  });

  it('the order of scopes and resources changes nothing', () => {
    for (const one of cases) {
      const { held, resources } = one.caller.standing;
      const turned = {
        held: new Set([...held].reverse()),
        resources: resources && [...resources].reverse(),
      };
      expect(judge(withRights(one, turned)), told(one)).toEqual(judge(one));
    }
  });

  it('what is only recorded changes nothing about the answer', () => {
    for (const one of cases) {
      const { pending: _, ...now } = judge(one);
      expect(now, told(one)).toEqual(judge(withRights(one, { pending: [] })));
    }
  });

  it('the version that is told to turn the answer does, and none before it', () => {
    let turned = 0;
    for (const one of cases) {
      const { sighting } = one;
      // A refusal before the look-up is not judged by the object; what it tells of versions is looked at by itself.
      if (sighting !== null && decide(one.question, one.caller).effect === 'deny') continue;
      const { effect, pending } = judge(one);
      const effects = one.caller.standing.pending.map(({ held, resources, version, effectiveAt }) => ({
        version,
        effectiveAt,
        effect: judge(withRights(one, { held, resources, pending: [] })).effect,
      }));
      expect(pending, told(one)).toEqual(effects.find((later) => later.effect !== effect));
      if (pending !== undefined) turned += 1;
    }
    expect(turned).toBeGreaterThan(roundsOf(100));
  });

  it('a call about an object is never allowed where the call is refused without it', () => {
    for (const { question, caller, sighting } of cases) {
      if (sighting === null || decide(question, caller).effect === 'allow') continue;
      const { open } = question.rule;
      expect(open !== undefined && sighting.seen !== 'object' ? 'deny' : cover(question, caller, sighting).effect).toBe(
        'deny',
      );
    }
  });

  it('a list shows exactly what a call about the object would be allowed for', () => {
    for (const { question, caller, sighting } of cases) {
      if (sighting?.seen !== 'object' || sighting.reach === undefined || decide(question, caller).effect === 'deny') {
        continue;
      }
      expect(mayReach(question, caller, sighting.reach)).toBe(cover(question, caller, sighting).effect === 'allow');
    }
  });

  it('every edit that is told turns the decision, and an answer that is allowed has none', () => {
    let tried = 0;
    for (const one of cases) {
      const decision = decisionOn(one.question, one.caller, one.sighting);
      const edits = requestsOf(decision, toyLaw, 'PATCH');
      if (decision.effect === 'allow') expect(edits).toEqual([]);
      for (const edit of edits) {
        tried += 1;
        expect(effectAfter(decision, edit), `${JSON.stringify(edit.body)} of ${told(one)}`).toBe('allow');
      }
    }
    expect(tried).toBeGreaterThan(roundsOf(500));
  });

  it('letting recorded versions count turns the decision, where that is told', () => {
    let tried = 0;
    for (const one of cases) {
      const decision = decisionOn(one.question, one.caller, one.sighting);
      for (const flush of requestsOf(decision, toyLaw, 'POST')) {
        tried += 1;
        expect(effectAfter(decision, flush), told(one)).toBe('allow');
      }
    }
    expect(tried).toBeGreaterThan(roundsOf(50));
  });

  it('a refusal for rights has a fix exactly where scopes and one further resource would do', () => {
    const MENDABLE = ['missing_scope', 'incompatible_resource_type', 'resource_mismatch', 'service_not_enabled'];
    let count = 0;
    for (const one of cases) {
      const now = withRights(one, { pending: [] });
      const decision = decisionOn(now.question, now.caller, now.sighting);
      if (!MENDABLE.includes(decision.reason ?? '')) continue;
      const edits = requestsOf(decision, toyLaw, 'PATCH');
      expect(edits.length > 0, told(now)).toBe(couldBeMended(now));
      count += edits.length;
    }
    expect(count).toBeGreaterThan(roundsOf(500));
  });
});

/** Would every scope, the service, and one further resource that is accepted and names the object turn the refusal? */
function couldBeMended(one: Case): boolean {
  const { question, caller, sighting } = one;
  const everything = { held: new Set(grantsOf(toyLaw)), services: [toyLaw.service] };
  const { resources } = caller.standing;
  const reach = sighting?.seen === 'object' ? sighting.reach : undefined;
  const further = (question.rule.on ?? []).flatMap((type): Resource[] => {
    if (toyLaw.resourceTypes.get(type)?.names === null) return [{ type }];
    return (reach?.names[type] ?? []).map((name) => ({ type, ids: [name] }));
  });
  const bindings = resources === null ? [null] : [resources, ...further.map((one) => [...resources, one])];
  return bindings.some((binding) => judge(withRights(one, { ...everything, resources: binding })).effect === 'allow');
}

function requestsOf(decision: Decision, law: Law, method: 'PATCH' | 'POST') {
  const requests = findFixes(decision, law.tables, findKeyFixes).flatMap(({ request }) => request ?? []);
  return requests.filter((request) => request.method === method);
}

/** The laws that keys are judged under. */
const NGC_LAWS = SERVICES.filter(({ name }) => name !== 'runai').flatMap(({ laws }) => laws);
const lawsWith = (law: Law) => [...NGC_LAWS.filter(({ service }) => service !== law.service), law];

describe.each(NGC_LAWS)('under the rules of $service ($profile),', (law) => {
  const cases = many(`law-${law.service}-${law.profile}`, law, law.tables.rules);

  it('every edit that is told turns the decision', () => {
    for (const one of cases) {
      const decision = decisionOn(one.question, one.caller, one.sighting);
      for (const edit of requestsOf(decision, law, 'PATCH')) {
        expect(effectAfter(decision, edit), `${JSON.stringify(edit.body)} of ${told(one)}`).toBe('allow');
      }
    }
  });

  it('every edit that is told is one that is taken, if the key was not forced before', () => {
    for (const one of cases) {
      const decision = decisionOn(one.question, one.caller, one.sighting);
      if (one.caller.standing.resources === null || faultsOfEdit(decision, {}, lawsWith(law)).length > 0) continue;
      for (const { body } of requestsOf(decision, law, 'PATCH')) {
        const faults = faultsOfEdit(decision, body, lawsWith(law)).map(({ message }) => message);
        expect(faults, `${JSON.stringify(body)} of ${told(one)}`).toEqual([]);
      }
    }
  });
});
