import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { SeedFault, SeedSchema } from '../contract/seed.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { isStorable } from '../definitions/storable-text.ts';
import { findValueFault, selectViolations, type TypeWords, type Violation } from '../explaining/index.ts';
import { findNear, listNames } from '../text/nearest.ts';
import { isAboutWritten, repairValue } from './repair.ts';

/** Names of types for authors of YAML, where unquoted numbers aren't texts. */
const WORDS: TypeWords = {
  object: 'an object',
  array: 'a list',
  integer: 'a whole number',
  string: 'a text that is not empty (numbers in quotes)',
  boolean: 'true or false',
  'string,null': 'a text, or null',
  'integer,null': 'a whole number, or null',
  'boolean,null': 'true, false or null',
  'object,null': 'an object, or null',
  'array,null': 'a list, or null',
};

const REMOVING =
  'only a seed with `extends` can remove entries, and only from lists whose entries have identifying members';

/** The maximum number of errors to describe, so that messages stay short. */
export const MAX_DESCRIBED = 100;

/**
 * Finds the errors in a user's seed. Loaded only for such a seed, because the built-in cast is valid.
 *
 * @param parts the content of the seed, by service
 * @param all all services
 * @param form `kept`: the form in which a world stores it
 */
export function findSeedFaults(
  parts: unknown,
  all: readonly ServiceDefinition[],
  form: 'written' | 'kept' = 'written',
): SeedFault[] {
  const services = form === 'written' ? all : all.map(asKept);
  if (isLarge(parts)) {
    const [first] = findSchemaFaults(parts, services, 'first');
    if (first !== undefined) return [first];
  }
  const errors = [...findSchemaFaults(parts, services), ...findUnstorable(parts)];
  // Invalid members are repaired, so that they don't hide other errors.
  const whole =
    errors.length === 0 ? null : repairValue({ properties: Object.fromEntries(schemasOf(services)) }, parts);
  // Valid now, if necessary because it was repaired.
  const present = (whole === null ? parts : whole.value) as Readonly<Record<string, unknown>>;
  const further = services.flatMap(({ name, seed }) =>
    present[name] === undefined ? [] : (seed?.faults(present[name], present) ?? []),
  );
  return [...errors, ...further.filter((fault) => whole === null || isAboutWritten(fault, whole))];
}

function asKept<Service extends ServiceDefinition>(service: Service): Service {
  const { seed } = service;
  return seed?.keptSchema === undefined ? service : { ...service, seed: { ...seed, schema: seed.keptSchema } };
}

/** The maximum number of values in a seed for collecting all errors, which could otherwise be hundreds of thousands. */
const MAX_VALUES = 4000;

function isLarge(parts: unknown): boolean {
  const waiting = [parts];
  for (let seen = 0; waiting.length > 0; seen += 1) {
    if (seen + waiting.length > MAX_VALUES) return true;
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Object.values(value)) waiting.push(member);
  }
  return false;
}

/** Finds texts that a database would change or reject. */
function findUnstorable(parts: unknown): SeedFault[] {
  const faults: SeedFault[] = [];
  const waiting: [value: unknown, names: readonly string[]][] = [[parts, []]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, names] = next;
    if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value).reverse()) waiting.push([member, [...names, name]]);
    }
    if (typeof value !== 'string' || isStorable(value)) continue;
    const place = placeOf(names);
    faults.push({ place, message: `\`${place}\` must be a text without NUL characters and unpaired surrogates` });
  }
  return faults;
}

/** Finds violations of the services' schemas. @param parts the content of the seed, by service */
export function findSchemaFaults(
  parts: unknown,
  services: readonly ServiceDefinition[],
  extent: Extent = 'all',
): SeedFault[] {
  const { violationsOf, lists } = checkerOf(schemasOf(services));
  const violations = violationsOf(parts, extent).filter(({ keyword }) => keyword !== 'if');
  // The list of valid values makes the message about the type redundant.
  const listed = new Set(violations.flatMap(({ keyword, instancePath }) => (keyword === 'enum' ? [instancePath] : [])));
  const telling = violations.filter((one) => one.keyword !== 'type' || !listed.has(one.instancePath));
  return byChoice(telling).map((group, index) =>
    // The rest is only counted.
    index < MAX_DESCRIBED ? faultOf(group, lists) : { place: placeOf(placeIn(group[0])), message: '' },
  );
}

function placeIn({ instancePath }: Violation): readonly string[] {
  return instancePath.split('/').slice(1);
}

type Violations = readonly [Violation, ...Violation[]];

/** Groups a violated choice with the violations inside it, which ajv lists just before it. */
function byChoice(violations: readonly Violation[]): readonly Violations[] {
  const groups: Violations[] = [];
  for (const one of violations) {
    const isChoice = one.keyword === 'anyOf' || one.keyword === 'oneOf';
    const isInside = ([other]: Violations) =>
      other.schemaPath?.startsWith(`${one.schemaPath}/`) === true && other.instancePath.startsWith(one.instancePath);
    const outside = isChoice ? groups.findLastIndex((group) => !isInside(group)) : groups.length - 1;
    const [first = one, ...others] = groups.splice(outside + 1).flat();
    groups.push(first === one ? [one] : [first, ...others, one]);
  }
  return groups.map((group) => (group.length === 1 ? group : selectViolations(group)));
}

type Schemas = ReadonlyMap<string, SeedSchema>;

function schemasOf(services: readonly ServiceDefinition[]): Schemas {
  return new Map(services.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed.schema]])));
}

type Extent = 'all' | 'first';

interface Checker {
  readonly schemas: Schemas;
  violationsOf(parts: unknown, extent: Extent): readonly Violation[];
  /** The place of each list, by name. */
  readonly lists: ReadonlyMap<string, string>;
}

/** Compiled checkers, by their first schema. Compiling takes 40 ms. */
const CHECKERS = new WeakMap<object, Checker>();

function checkerOf(schemas: Schemas): Checker {
  const [first = schemas] = schemas.values();
  const before = CHECKERS.get(first);
  if (before !== undefined && areSame(before.schemas, schemas)) return before;
  const properties = Object.fromEntries(schemas);
  const validators = new Map<Extent, ValidateFunction>();
  const validatorOf = (extent: Extent) => {
    const known = validators.get(extent);
    if (known !== undefined) return known;
    const ajv = addFormats.default(new Ajv({ allErrors: extent === 'all', verbose: true, strict: false }));
    // `extends` has already been resolved; here it is just an allowed name.
    const schema = { type: 'object', properties: { ...properties, extends: {} }, additionalProperties: false };
    const validate = ajv.compile(schema);
    validators.set(extent, validate);
    return validate;
  };
  const checker: Checker = {
    schemas,
    violationsOf: (parts, extent) => {
      const validate = validatorOf(extent);
      return validate(parts) ? [] : (validate.errors ?? []);
    },
    lists: listsIn({ properties }),
  };
  CHECKERS.set(first, checker);
  return checker;
}

function areSame(one: Schemas, other: Schemas): boolean {
  return one.size === other.size && [...one].every(([name, schema]) => other.get(name) === schema);
}

/** Formats a fault as one sentence and suggests the likely name, or lists valid ones. */
export function faultSentence({ message, given, valid = [] }: SeedFault): string {
  if (given === undefined || valid.length === 0) return message;
  const near = findNear(given, valid);
  return `${message}; ${near === undefined ? `valid names are ${listNames(given, valid)}` : `did you mean \`${near}\`?`}`;
}

function faultOf(violations: Violations, lists: Checker['lists']): SeedFault {
  const { kind, place: names, expected, given, valid, deeper = [] } = findValueFault(violations, WORDS);
  const place = placeOf(names);
  if (kind === 'missing')
    return { place: placeOf(names.slice(0, -1)), message: `\`${place}\` is missing; it must be ${expected}` };
  if (kind === 'invalid') {
    const message = `\`${place}\` must be ${expected}`;
    const near = findNear(given ?? '', valid ?? []);
    return { place, message: near === undefined ? message : `${message}; did you mean \`${near}\`?` };
  }
  const outside = placeOf(names.slice(0, -1));
  const message = `unknown key \`${given}\`${outside === '' ? '' : ` in \`${outside}\``}`;
  if (given === 'remove') return { place, message: `${message}: ${REMOVING}` };
  const name = given ?? '';
  const near = findNear(name, valid ?? []) ?? valid?.find((other) => isPart(name, other));
  const here = near === undefined ? '' : `; or did you mean \`${near}\`?`;
  // A likely typo of a name in the same object wins over an exact match in another place.
  const isSlip = near !== undefined && Math.abs(near.length - name.length) <= MAX_SLIP;
  if (deeper.length > 0 && !isSlip) {
    const places = deeper.map((further) => {
      const within = [...names.slice(0, -1), ...further];
      return `\`${placeOf(within.slice(0, -1))}\`, as \`${within.at(-1)}\``;
    });
    return { place, message: `${message}; it belongs to ${places.join(' or to ')}` };
  }
  const elsewhere = lists.get(name);
  if (elsewhere !== undefined && deeper.length === 0) {
    return { place, message: `${message}; it belongs to \`${elsewhere}\`, as \`${given}\`${here}` };
  }
  const advice = near === undefined ? `; valid names are ${expected}` : `; did you mean \`${near}\`?`;
  return { place, message: `${message}${advice}` };
}

/** The maximum difference in length between a typo and the right name. */
const MAX_SLIP = 2;

/** The minimum length of a partial name. */
const MIN_PART = 3;

/** Whether one name is part of the other, such as `secret` and `clientSecret`. */
function isPart(one: string, other: string): boolean {
  const [shorter = '', longer = ''] = [one.toLowerCase(), other.toLowerCase()].sort((a, b) => a.length - b.length);
  return shorter.length >= MIN_PART && longer.includes(shorter);
}

/** Finds the topmost place that has a list of each name. */
function listsIn(schema: SeedSchema): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let level: [place: string, schema: SeedSchema][] = [['', schema]];
  while (level.length > 0) {
    for (const [place, { properties = {} }] of level) {
      for (const [name, { items }] of Object.entries(properties)) {
        if (items !== undefined && !found.has(name)) found.set(name, place);
      }
    }
    level = level.flatMap(([place, { properties = {} }]) =>
      Object.entries(properties).map(([member, { items, ...rest }]): [string, SeedSchema] => {
        const within = place === '' ? member : `${place}.${member}`;
        return items === undefined ? [within, rest] : [`${within}[]`, items];
      }),
    );
  }
  return found;
}

/** Formats a place: `ngc.keys[9].scopes`. */
function placeOf(names: readonly string[]): string {
  return names.reduce((place, name) => {
    if (/^\d+$/.test(name)) return `${place}[${name}]`;
    return place === '' ? name : `${place}.${name}`;
  }, '');
}
