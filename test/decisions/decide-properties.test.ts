/** Properties of decisions for any rule, key and object. */
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
import { findFixes } from '../../src/decisions/explaining/fixes.ts';
import type { HeldRights, Resource } from '../../src/decisions/policy.ts';
import type { Relation, Rule } from '../../src/decisions/rule.ts';
import type { Ruleset } from '../../src/decisions/ruleset.ts';
import { drawAt } from '../../src/lib/random.ts';
import { findKeyFixes } from '../../src/services/ngc-keys/key-fixes.ts';
import { effectAfter, faultsOfEdit } from '../services/ngc-keys/edit.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { SERVICES } from '../support/services.ts';
import { decisionOn, ORG, personalKey, serviceKey, sourced, toyLaw } from './toy-law.ts';

/** A sequence of choices that its seed determines. */
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

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  pickSome<Item>(items: readonly Item[], share = 0.5): Item[] {
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
function listIds(form: string): readonly string[] {
  return form.includes('/') ? OBJECTS.flatMap((id) => PARTS.map((part) => `${id}/${part}`)) : OBJECTS;
}

function drawResource(draws: Draws, ruleset: Ruleset): Resource {
  const { id, names } = draws.pick(ruleset.tables.resourceTypes ?? []);
  return names === null ? { type: id } : { type: id, ids: [draws.pick(listIds(names)), draws.pick(listIds(names))] };
}

/** One entry for each type, as in policies. */
function drawResources(draws: Draws, ruleset: Ruleset): Resource[] {
  if (ruleset.tables.resourceTypes === undefined) return [];
  const drawn = Array.from({ length: draws.below(4) }, () => drawResource(draws, ruleset));
  return drawn.filter(({ type }, index) => drawn.findIndex((other) => other.type === type) === index);
}

function drawAttributes(draws: Draws, ruleset: Ruleset): ResourceAttributes {
  const object = draws.pick(OBJECTS);
  const parts = PARTS.map((part) => `${object}/${part}`);
  const named = (ruleset.tables.resourceTypes ?? []).flatMap(({ id, names }) =>
    names === null ? [] : [{ id, names }],
  );
  const whole = named.filter(({ names }) => !names.includes('/')).map(({ id }) => [id, [object]]);
  const inner = named.filter(({ names }) => names.includes('/')).map(({ id }) => id);
  const relation = draws.pick(RELATIONS);
  return draws.chance(0.5)
    ? { relation, names: Object.fromEntries(whole), parts: Object.fromEntries(inner.map((id) => [id, parts])) }
    : { relation, names: Object.fromEntries([...whole, ...inner.map((id) => [id, [draws.pick(parts)]])]) };
}

function drawLookup(draws: Draws, ruleset: Ruleset): LookupResult | null {
  const drawn = draws.below(12);
  if (drawn === 0) return { found: 'nothing' };
  if (drawn === 1) return { found: 'foreign', owner: 'somebody' };
  if (drawn === 2) return { found: 'object', target: {} };
  return drawn === 3 ? null : { found: 'object', target: {}, attributes: drawAttributes(draws, ruleset) };
}

function drawRule(draws: Draws, ruleset: Ruleset): Rule {
  const grants = ruleset.tables.permissions.map(({ id }) => id);
  const types = (ruleset.tables.resourceTypes ?? []).map(({ id }) => id);
  return {
    id: 'r',
    label: 'r',
    needs: {
      ...(draws.chance(0.6) && { all: draws.pickSome(grants, 0.25) }),
      ...(draws.chance(0.4) && { any: draws.pickSome(grants, 0.4) }),
    },
    ...(draws.chance(0.8) && { on: draws.pickSome(types) }),
    ...(draws.chance(0.3) && { open: draws.pickSome(RELATIONS) }),
    ...(draws.chance(0.05) && { closed: true as const }),
    ...(draws.chance(0.5) && { versionless: draws.pick(['refuse', 'narrow'] as const) }),
    ...sourced,
  };
}

function drawRights(draws: Draws, ruleset: Ruleset, bound: boolean): HeldRights {
  const grants = ruleset.tables.permissions.map(({ id }) => id);
  const rights = () => ({
    permissions: new Set(draws.pickSome(grants, 0.6)),
    resources: bound ? drawResources(draws, ruleset) : null,
  });
  const kind = bound ? serviceKey.kind : personalKey.kind;
  const services = draws.chance(0.9) ? [serviceOfKey(ruleset, kind) ?? ruleset.service] : draws.pickSome(['other']);
  const versions = bound ? draws.below(4) : 0;
  const pending = Array.from({ length: versions }, (_, index) => ({
    ...rights(),
    version: index + 2,
    effectiveAt: 1000 * (index + 1),
  }));
  return { roles: [], services, ...rights(), pending };
}

function drawCase(draws: Draws, ruleset: Ruleset, rule = drawRule(draws, ruleset)): Case {
  const bound = draws.chance(0.85);
  const org = draws.chance(0.1) ? 'other' : draws.chance(0.5) ? ORG : undefined;
  return {
    accessRequest: { rule, ruleset, org },
    caller: { principal: bound ? serviceKey : personalKey, held: drawRights(draws, ruleset, bound) },
    lookedUp: drawLookup(draws, ruleset),
  };
}

function judge({ accessRequest, caller, lookedUp }: Case): Verdict {
  const early = decide(accessRequest, caller);
  return early.effect === 'deny' || lookedUp === null ? early : checkResource(accessRequest, caller, lookedUp);
}

const withRights = ({ caller, ...rest }: Case, rights: Partial<HeldRights>): Case => ({
  ...rest,
  caller: { ...caller, held: { ...caller.held, ...rights } },
});

/** Generated cases for a ruleset. */
function drawCases(
  seed: string,
  ruleset: Ruleset,
  rules?: readonly Rule[],
): readonly (Case & { readonly draws: Draws })[] {
  return Array.from({ length: ROUNDS }, (_, index) => {
    const draws = new Draws(seedOf(`${seed}-${index}`));
    return { ...drawCase(draws, ruleset, rules && draws.pick(rules)), draws };
  });
}

/** A failing case, in short. */
function describeCase({ accessRequest: { rule, org }, caller: { principal, held }, lookedUp }: Case): string {
  return JSON.stringify({
    rule,
    org,
    kind: principal.kind,
    ...held,
    permissions: [...held.permissions],
    lookedUp,
  });
}

const listPermissions = (ruleset: Ruleset) => ruleset.tables.permissions.map(({ id }) => id);

describe('for any rule, key and object,', () => {
  const cases = drawCases('toys', toyLaw);

  it('the cases contain permissions, and every reason that is about rights', () => {
    const outcomes = new Map<string, number>();
    for (const example of cases) {
      const judgement = judge(example);
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

  it('one more scope never removes access', () => {
    for (const example of cases) {
      if (judge(example).effect === 'deny') continue;
      for (const scope of listPermissions(toyLaw)) {
        const permissions = new Set([...example.caller.held.permissions, scope]);
        expect(judge(withRights(example, { permissions })).effect, describeCase(example)).toBe('allow');
      }
    }
  });

  it('one more resource never removes access', () => {
    for (const example of cases) {
      const { resources } = example.caller.held;
      if (resources === null || judge(example).effect === 'deny') continue;
      const more = [...resources, drawResource(example.draws, toyLaw)];
      expect(judge(withRights(example, { resources: more })).effect, describeCase(example)).toBe('allow');
    }
  });

  it('one more id of a resource never removes access', () => {
    for (const example of cases) {
      const { resources } = example.caller.held;
      if (resources === null || judge(example).effect === 'deny') continue;
      const more = resources.map(({ type, ids }) => (ids === undefined ? { type } : { type, ids: [...ids, 'more'] }));
      expect(judge(withRights(example, { resources: more })).effect, describeCase(example)).toBe('allow');
    }
  });

  it('an unbound caller never has less access', () => {
    for (const example of cases) {
      if (judge(example).effect === 'allow') {
        expect(judge(withRights(example, { resources: null })).effect, describeCase(example)).toBe('allow');
      }
    }
  });

  it('the order of scopes and resources does not matter', () => {
    for (const example of cases) {
      const { permissions, resources } = example.caller.held;
      const turned = {
        permissions: new Set([...permissions].reverse()),
        resources: resources && [...resources].reverse(),
      };
      expect(judge(withRights(example, turned)), describeCase(example)).toEqual(judge(example));
    }
  });

  it('pending versions do not change the current effect', () => {
    for (const example of cases) {
      const { pending: _, ...now } = judge(example);
      expect(now, describeCase(example)).toEqual(judge(withRights(example, { pending: [] })));
    }
  });

  it('the reported pending version is the first that turns the effect', () => {
    let turned = 0;
    for (const example of cases) {
      const { lookedUp } = example;
      // A denial before the look-up does not depend on the object, and its pending versions are tested on their own.
      if (lookedUp !== null && decide(example.accessRequest, example.caller).effect === 'deny') continue;
      const { effect, pending } = judge(example);
      const effects = example.caller.held.pending.map(({ permissions, resources, version, effectiveAt }) => ({
        version,
        effectiveAt,
        effect: judge(withRights(example, { permissions, resources, pending: [] })).effect,
      }));
      expect(pending, describeCase(example)).toEqual(effects.find((later) => later.effect !== effect));
      if (pending !== undefined) turned += 1;
    }
    expect(turned).toBeGreaterThan(roundsOf(100, SHARE));
  });

  it('a call about an object is never allowed if it is denied without the object', () => {
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

  it('a list shows exactly the objects that a call may access', () => {
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

  it('every suggested edit turns the denial, and an allowed call has no suggestion', () => {
    let tried = 0;
    for (const example of cases) {
      const decision = decisionOn(example.accessRequest, example.caller, example.lookedUp);
      const edits = listRequests(decision, toyLaw, 'PATCH');
      if (decision.effect === 'allow') expect(edits).toEqual([]);
      for (const edit of edits) {
        tried += 1;
        expect(effectAfter(decision, edit), `${JSON.stringify(edit.body)} of ${describeCase(example)}`).toBe('allow');
      }
    }
    expect(tried).toBeGreaterThan(roundsOf(500, SHARE));
  });

  it('every suggested release of pending versions turns the denial', () => {
    let tried = 0;
    for (const example of cases) {
      const decision = decisionOn(example.accessRequest, example.caller, example.lookedUp);
      for (const flush of listRequests(decision, toyLaw, 'POST')) {
        tried += 1;
        expect(effectAfter(decision, flush), describeCase(example)).toBe('allow');
      }
    }
    expect(tried).toBeGreaterThan(roundsOf(50, SHARE));
  });

  it('a denial about rights has a fix exactly if scopes and one more resource suffice', () => {
    const MENDABLE = ['missing_scope', 'incompatible_resource_type', 'resource_mismatch', 'service_not_enabled'];
    let count = 0;
    for (const example of cases) {
      const now = withRights(example, { pending: [] });
      const decision = decisionOn(now.accessRequest, now.caller, now.lookedUp);
      if (!MENDABLE.includes(decision.reason ?? '')) continue;
      const edits = listRequests(decision, toyLaw, 'PATCH');
      expect(edits.length > 0, describeCase(now)).toBe(canBeFixed(now));
      count += edits.length;
    }
    expect(count).toBeGreaterThan(roundsOf(500, SHARE));
  });
});

/** Whether all scopes, the service, and one more accepted resource that names the object would turn the denial. */
function canBeFixed(example: Case): boolean {
  const { accessRequest, caller, lookedUp } = example;
  const everything = { permissions: new Set(listPermissions(toyLaw)), services: [toyLaw.service] };
  const { resources } = caller.held;
  const reach = lookedUp?.found === 'object' ? lookedUp.attributes : undefined;
  const further = (accessRequest.rule.on ?? []).flatMap((type): Resource[] => {
    if (toyLaw.resourceTypes.get(type)?.names === null) return [{ type }];
    return (reach?.names[type] ?? []).map((name) => ({ type, ids: [name] }));
  });
  const bindings = resources === null ? [null] : [resources, ...further.map((resource) => [...resources, resource])];
  return bindings.some(
    (binding) => judge(withRights(example, { ...everything, resources: binding })).effect === 'allow',
  );
}

function listRequests(decision: Decision, ruleset: Ruleset, method: 'PATCH' | 'POST') {
  const requests = findFixes(decision, ruleset.tables, findKeyFixes).flatMap(({ request }) => request ?? []);
  return requests.filter((request) => request.method === method);
}

/** The laws that keys are judged under. */
const NGC_LAWS = SERVICES.filter(({ name }) => name !== 'runai').flatMap(({ rules }) => rules.rulesets);
const listLaws = (ruleset: Ruleset) => [...NGC_LAWS.filter(({ service }) => service !== ruleset.service), ruleset];

describe.each(NGC_LAWS)('under the rules of $service ($profile),', (ruleset) => {
  const cases = drawCases(`law-${ruleset.service}-${ruleset.profile}`, ruleset, ruleset.tables.rules);

  it('every suggested edit turns the denial', () => {
    for (const example of cases) {
      const decision = decisionOn(example.accessRequest, example.caller, example.lookedUp);
      for (const edit of listRequests(decision, ruleset, 'PATCH')) {
        expect(effectAfter(decision, edit), `${JSON.stringify(edit.body)} of ${describeCase(example)}`).toBe('allow');
      }
    }
  });

  it('every suggested edit is valid if the key was valid before', () => {
    for (const example of cases) {
      const decision = decisionOn(example.accessRequest, example.caller, example.lookedUp);
      if (example.caller.held.resources === null || faultsOfEdit(decision, {}, listLaws(ruleset)).length > 0) continue;
      for (const { body } of listRequests(decision, ruleset, 'PATCH')) {
        const faults = faultsOfEdit(decision, body, listLaws(ruleset)).map(({ message }) => message);
        expect(faults, `${JSON.stringify(body)} of ${describeCase(example)}`).toEqual([]);
      }
    }
  });
});
