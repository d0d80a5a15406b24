/** What holds of decisions whatever the rule, the key and the object are. */
import { describe, expect, it } from 'vitest';
import {
  type AccessRequest,
  type Caller,
  checkResource,
  decide,
  type LookupResult,
  mayAccess,
  type ResourceAttributes,
  serviceOfKey,
  type Verdict,
} from '../../src/decisions/decide.ts';
import type { Decision } from '../../src/decisions/decision.ts';
import type { HeldRights, Resource } from '../../src/decisions/policy.ts';
import type { Relation, Rule } from '../../src/decisions/rule.ts';
import type { Ruleset } from '../../src/decisions/ruleset.ts';
import { findFixes } from '../../src/explaining/fixes.ts';
import { findKeyFixes } from '../../src/ngc-keys/key-fixes.ts';
import { drawAt } from '../../src/platform/random.ts';
import { effectAfter, faultsOfEdit } from '../ngc-keys/edit.ts';
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
    return Math.floor(drawAt(this.#seed, this.#place++) * count);
  }

  chance(share: number): boolean {
    return drawAt(this.#seed, this.#place++) < share;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  some<Item>(items: readonly Item[], share = 0.5): Item[] {
    return items.filter(() => this.chance(share));
  }
}

interface Case {
  readonly accessRequest: AccessRequest;
  readonly caller: Caller;
  readonly lookedUp: LookupResult | null;
}

const uuid = (digit: string) => 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', digit);
const OBJECTS = ['1', '2', '3'].map(uuid);
const PARTS = ['a', 'b'].map(uuid);
const RELATIONS: readonly Relation[] = ['owned', 'shared', 'public'];
/** Each round takes as long as a hundred other tests. */
const SHARE = 0.1;
const ROUNDS = roundsOf(3000, SHARE);

/** Ids that fit the form in which a type names objects. */
function idsOf(form: string): readonly string[] {
  return form.includes('/') ? OBJECTS.flatMap((id) => PARTS.map((part) => `${id}/${part}`)) : OBJECTS;
}

function someResource(draws: Draws, ruleset: Ruleset): Resource {
  const { id, names } = draws.one(ruleset.tables.resourceTypes ?? []);
  return names === null ? { type: id } : { type: id, ids: [draws.one(idsOf(names)), draws.one(idsOf(names))] };
}

/** One entry for each type, as policies have. */
function someResources(draws: Draws, ruleset: Ruleset): Resource[] {
  if (ruleset.tables.resourceTypes === undefined) return [];
  const drawn = Array.from({ length: draws.below(4) }, () => someResource(draws, ruleset));
  return drawn.filter(({ type }, index) => drawn.findIndex((other) => other.type === type) === index);
}

function someReach(draws: Draws, ruleset: Ruleset): ResourceAttributes {
  const object = draws.one(OBJECTS);
  const parts = PARTS.map((part) => `${object}/${part}`);
  const named = (ruleset.tables.resourceTypes ?? []).flatMap(({ id, names }) =>
    names === null ? [] : [{ id, names }],
  );
  const whole = named.filter(({ names }) => !names.includes('/')).map(({ id }) => [id, [object]]);
  const inner = named.filter(({ names }) => names.includes('/')).map(({ id }) => id);
  const relation = draws.one(RELATIONS);
  return draws.chance(0.5)
    ? { relation, names: Object.fromEntries(whole), parts: Object.fromEntries(inner.map((id) => [id, parts])) }
    : { relation, names: Object.fromEntries([...whole, ...inner.map((id) => [id, [draws.one(parts)]])]) };
}

function someSighting(draws: Draws, ruleset: Ruleset): LookupResult | null {
  const drawn = draws.below(12);
  if (drawn === 0) return { found: 'nothing' };
  if (drawn === 1) return { found: 'foreign', owner: 'somebody' };
  if (drawn === 2) return { found: 'object', target: {} };
  return drawn === 3 ? null : { found: 'object', target: {}, attributes: someReach(draws, ruleset) };
}

function someRule(draws: Draws, ruleset: Ruleset): Rule {
  const grants = ruleset.tables.permissions.map(({ id }) => id);
  const types = (ruleset.tables.resourceTypes ?? []).map(({ id }) => id);
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

function someStanding(draws: Draws, ruleset: Ruleset, bound: boolean): HeldRights {
  const grants = ruleset.tables.permissions.map(({ id }) => id);
  const rights = () => ({
    held: new Set(draws.some(grants, 0.6)),
    resources: bound ? someResources(draws, ruleset) : null,
  });
  const kind = bound ? serviceKey.kind : personalKey.kind;
  const services = draws.chance(0.9) ? [serviceOfKey(ruleset, kind) ?? ruleset.service] : draws.some(['other']);
  const versions = bound ? draws.below(4) : 0;
  const pending = Array.from({ length: versions }, (_, index) => ({
    ...rights(),
    version: index + 2,
    effectiveAt: 1000 * (index + 1),
  }));
  return { roles: [], services, ...rights(), pending };
}

function someCase(draws: Draws, ruleset: Ruleset, rule = someRule(draws, ruleset)): Case {
  const bound = draws.chance(0.85);
  const org = draws.chance(0.1) ? 'other' : draws.chance(0.5) ? ORG : undefined;
  return {
    accessRequest: { rule, ruleset, org },
    caller: { principal: bound ? serviceKey : personalKey, heldRights: someStanding(draws, ruleset, bound) },
    lookedUp: someSighting(draws, ruleset),
  };
}

function judge({ accessRequest, caller, lookedUp }: Case): Verdict {
  const early = decide(accessRequest, caller);
  return early.effect === 'deny' || lookedUp === null ? early : checkResource(accessRequest, caller, lookedUp);
}

const withRights = ({ caller, ...rest }: Case, rights: Partial<HeldRights>): Case => ({
  ...rest,
  caller: { ...caller, heldRights: { ...caller.heldRights, ...rights } },
});

/** Many cases under a law; more than a few of them allowed, and more than a few refused. */
function many(seed: string, ruleset: Ruleset, rules?: readonly Rule[]): readonly (Case & { readonly draws: Draws })[] {
  return Array.from({ length: ROUNDS }, (_, index) => {
    const draws = new Draws(seedOf(`${seed}-${index}`));
    return { ...someCase(draws, ruleset, rules && draws.one(rules)), draws };
  });
}

/** What a failing case was, in short. */
function reported({ accessRequest: { rule, org }, caller: { principal, heldRights }, lookedUp }: Case): string {
  return JSON.stringify({ rule, org, kind: principal.kind, ...heldRights, held: [...heldRights.held], lookedUp });
}

const grantsOf = (ruleset: Ruleset) => ruleset.tables.permissions.map(({ id }) => id);

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
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(roundsOf(20, SHARE) - 1);
    }
  });

  it('one more scope never takes a permission away', () => {
    for (const one of cases) {
      if (judge(one).effect === 'deny') continue;
      for (const scope of grantsOf(toyLaw)) {
        const held = new Set([...one.caller.heldRights.held, scope]);
        expect(judge(withRights(one, { held })).effect, reported(one)).toBe('allow');
      }
    }
  });

  it('one more resource never takes a permission away', () => {
    for (const one of cases) {
      const { resources } = one.caller.heldRights;
      if (resources === null || judge(one).effect === 'deny') continue;
      const more = [...resources, someResource(one.draws, toyLaw)];
      expect(judge(withRights(one, { resources: more })).effect, reported(one)).toBe('allow');
    }
  });

  it('one more id of a resource never takes a permission away', () => {
    for (const one of cases) {
      const { resources } = one.caller.heldRights;
      if (resources === null || judge(one).effect === 'deny') continue;
      const more = resources.map(({ type, ids }) => (ids === undefined ? { type } : { type, ids: [...ids, 'more'] }));
      expect(judge(withRights(one, { resources: more })).effect, reported(one)).toBe('allow');
    }
  });

  it('nobody may less who is bound to nothing', () => {
    for (const one of cases) {
      if (judge(one).effect === 'allow') {
        expect(judge(withRights(one, { resources: null })).effect, reported(one)).toBe('allow');
      }
    }
  });

  it('the order of scopes and resources changes nothing', () => {
    for (const one of cases) {
      const { held, resources } = one.caller.heldRights;
      const turned = {
        held: new Set([...held].reverse()),
        resources: resources && [...resources].reverse(),
      };
      expect(judge(withRights(one, turned)), reported(one)).toEqual(judge(one));
    }
  });

  it('what is only recorded changes nothing about the answer', () => {
    for (const one of cases) {
      const { pending: _, ...now } = judge(one);
      expect(now, reported(one)).toEqual(judge(withRights(one, { pending: [] })));
    }
  });

  it('the version that is told to turn the answer does, and none before it', () => {
    let turned = 0;
    for (const one of cases) {
      const { lookedUp } = one;
      // A refusal before the look-up is not judged by the object; what it tells of versions is looked at by itself.
      if (lookedUp !== null && decide(one.accessRequest, one.caller).effect === 'deny') continue;
      const { effect, pending } = judge(one);
      const effects = one.caller.heldRights.pending.map(({ held, resources, version, effectiveAt }) => ({
        version,
        effectiveAt,
        effect: judge(withRights(one, { held, resources, pending: [] })).effect,
      }));
      expect(pending, reported(one)).toEqual(effects.find((later) => later.effect !== effect));
      if (pending !== undefined) turned += 1;
    }
    expect(turned).toBeGreaterThan(roundsOf(100, SHARE));
  });

  it('a call about an object is never allowed where the call is refused without it', () => {
    for (const { accessRequest, caller, lookedUp } of cases) {
      if (lookedUp === null || decide(accessRequest, caller).effect === 'allow') continue;
      const { open } = accessRequest.rule;
      expect(
        open !== undefined && lookedUp.found !== 'object'
          ? 'deny'
          : checkResource(accessRequest, caller, lookedUp).effect,
      ).toBe('deny');
    }
  });

  it('a list shows exactly what a call about the object would be allowed for', () => {
    for (const { accessRequest, caller, lookedUp } of cases) {
      if (
        lookedUp?.found !== 'object' ||
        lookedUp.attributes === undefined ||
        decide(accessRequest, caller).effect === 'deny'
      ) {
        continue;
      }
      expect(mayAccess(accessRequest, caller, lookedUp.attributes)).toBe(
        checkResource(accessRequest, caller, lookedUp).effect === 'allow',
      );
    }
  });

  it('every edit that is told turns the decision, and an answer that is allowed has none', () => {
    let tried = 0;
    for (const one of cases) {
      const decision = decisionOn(one.accessRequest, one.caller, one.lookedUp);
      const edits = requestsOf(decision, toyLaw, 'PATCH');
      if (decision.effect === 'allow') expect(edits).toEqual([]);
      for (const edit of edits) {
        tried += 1;
        expect(effectAfter(decision, edit), `${JSON.stringify(edit.body)} of ${reported(one)}`).toBe('allow');
      }
    }
    expect(tried).toBeGreaterThan(roundsOf(500, SHARE));
  });

  it('letting recorded versions count turns the decision, where that is told', () => {
    let tried = 0;
    for (const one of cases) {
      const decision = decisionOn(one.accessRequest, one.caller, one.lookedUp);
      for (const flush of requestsOf(decision, toyLaw, 'POST')) {
        tried += 1;
        expect(effectAfter(decision, flush), reported(one)).toBe('allow');
      }
    }
    expect(tried).toBeGreaterThan(roundsOf(50, SHARE));
  });

  it('a refusal for rights has a fix exactly where scopes and one further resource would do', () => {
    const MENDABLE = ['missing_scope', 'incompatible_resource_type', 'resource_mismatch', 'service_not_enabled'];
    let count = 0;
    for (const one of cases) {
      const now = withRights(one, { pending: [] });
      const decision = decisionOn(now.accessRequest, now.caller, now.lookedUp);
      if (!MENDABLE.includes(decision.reason ?? '')) continue;
      const edits = requestsOf(decision, toyLaw, 'PATCH');
      expect(edits.length > 0, reported(now)).toBe(couldBeMended(now));
      count += edits.length;
    }
    expect(count).toBeGreaterThan(roundsOf(500, SHARE));
  });
});

/** Would every scope, the service, and one further resource that is accepted and names the object turn the refusal? */
function couldBeMended(one: Case): boolean {
  const { accessRequest, caller, lookedUp } = one;
  const everything = { held: new Set(grantsOf(toyLaw)), services: [toyLaw.service] };
  const { resources } = caller.heldRights;
  const reach = lookedUp?.found === 'object' ? lookedUp.attributes : undefined;
  const further = (accessRequest.rule.on ?? []).flatMap((type): Resource[] => {
    if (toyLaw.resourceTypes.get(type)?.names === null) return [{ type }];
    return (reach?.names[type] ?? []).map((name) => ({ type, ids: [name] }));
  });
  const bindings = resources === null ? [null] : [resources, ...further.map((one) => [...resources, one])];
  return bindings.some((binding) => judge(withRights(one, { ...everything, resources: binding })).effect === 'allow');
}

function requestsOf(decision: Decision, ruleset: Ruleset, method: 'PATCH' | 'POST') {
  const requests = findFixes(decision, ruleset.tables, findKeyFixes).flatMap(({ request }) => request ?? []);
  return requests.filter((request) => request.method === method);
}

/** The laws that keys are judged under. */
const NGC_LAWS = SERVICES.filter(({ name }) => name !== 'runai').flatMap(({ rules }) => rules.rulesets);
const lawsWith = (ruleset: Ruleset) => [...NGC_LAWS.filter(({ service }) => service !== ruleset.service), ruleset];

describe.each(NGC_LAWS)('under the rules of $service ($profile),', (ruleset) => {
  const cases = many(`law-${ruleset.service}-${ruleset.profile}`, ruleset, ruleset.tables.rules);

  it('every edit that is told turns the decision', () => {
    for (const one of cases) {
      const decision = decisionOn(one.accessRequest, one.caller, one.lookedUp);
      for (const edit of requestsOf(decision, ruleset, 'PATCH')) {
        expect(effectAfter(decision, edit), `${JSON.stringify(edit.body)} of ${reported(one)}`).toBe('allow');
      }
    }
  });

  it('every edit that is told is one that is taken, if the key was not forced before', () => {
    for (const one of cases) {
      const decision = decisionOn(one.accessRequest, one.caller, one.lookedUp);
      if (one.caller.heldRights.resources === null || faultsOfEdit(decision, {}, lawsWith(ruleset)).length > 0)
        continue;
      for (const { body } of requestsOf(decision, ruleset, 'PATCH')) {
        const faults = faultsOfEdit(decision, body, lawsWith(ruleset)).map(({ message }) => message);
        expect(faults, `${JSON.stringify(body)} of ${reported(one)}`).toEqual([]);
      }
    }
  });
});
