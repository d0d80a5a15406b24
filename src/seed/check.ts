import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { SeedError, SeedSchema } from '../contract/seed.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { isStorable } from '../definitions/storable-text.ts';
import { findValueError, selectViolations, type TypeNames, type Violation } from '../explaining/index.ts';
import { findNear, listNames } from '../text/nearest.ts';
import { isAboutUserInput, repairValue } from './repair.ts';

/** Names of types for authors of YAML, where unquoted numbers aren't texts. */
const TYPE_NAMES: TypeNames = {
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

const REMOVE_ADVICE =
  'only a seed with `extends` can remove entries, and only from lists whose entries have identifying members';

/** The maximum number of errors to describe, so that messages stay short. */
export const MAX_DESCRIBED = 100;

/**
 * Finds the errors in a user's seed. Loaded only for such a seed, because the built-in cast is valid.
 *
 * @param parts the content of the seed, by service
 * @param services all services
 * @param form `stored`: the form in which a world stores the seed
 */
export function findSeedErrors(
  parts: unknown,
  services: readonly ServiceDefinition[],
  form: 'written' | 'stored' = 'written',
): SeedError[] {
  const checkedServices = form === 'written' ? services : services.map(withStoredSchema);
  if (isLarge(parts)) {
    const [first] = findSchemaErrors(parts, checkedServices, 'first');
    if (first !== undefined) return [first];
  }
  const errors = [...findSchemaErrors(parts, checkedServices), ...findUnstorable(parts)];
  // Invalid members are repaired, so that they don't hide other errors.
  const repaired =
    errors.length === 0 ? null : repairValue({ properties: Object.fromEntries(schemasOf(checkedServices)) }, parts);
  // Valid now, if necessary because it was repaired.
  const repairedParts = (repaired === null ? parts : repaired.value) as Readonly<Record<string, unknown>>;
  const further = checkedServices.flatMap(({ name, seed }) =>
    repairedParts[name] === undefined ? [] : (seed?.findErrors(repairedParts[name], repairedParts) ?? []),
  );
  return [...errors, ...further.filter((error) => repaired === null || isAboutUserInput(error, repaired))];
}

function withStoredSchema<Service extends ServiceDefinition>(service: Service): Service {
  const { seed } = service;
  return seed?.storedSchema === undefined ? service : { ...service, seed: { ...seed, schema: seed.storedSchema } };
}

/** The maximum number of values in a seed for collecting all errors, which could otherwise be hundreds of thousands. */
const MAX_VALUES = 4000;

function isLarge(parts: unknown): boolean {
  const pending = [parts];
  for (let seen = 0; pending.length > 0; seen += 1) {
    if (seen + pending.length > MAX_VALUES) return true;
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Object.values(value)) pending.push(member);
  }
  return false;
}

/** Finds texts that a database would change or reject. */
function findUnstorable(parts: unknown): SeedError[] {
  const errors: SeedError[] = [];
  const pending: [value: unknown, names: readonly string[]][] = [[parts, []]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, names] = next;
    if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value).reverse()) pending.push([member, [...names, name]]);
    }
    if (typeof value !== 'string' || isStorable(value)) continue;
    const place = formatPlace(names);
    errors.push({ place, message: `\`${place}\` must be a text without NUL characters and unpaired surrogates` });
  }
  return errors;
}

/** Finds violations of the services' schemas. @param parts the content of the seed, by service */
export function findSchemaErrors(
  parts: unknown,
  services: readonly ServiceDefinition[],
  extent: Extent = 'all',
): SeedError[] {
  const { findViolations: violationsOf, lists } = getChecker(schemasOf(services));
  const violations = violationsOf(parts, extent).filter(({ keyword }) => keyword !== 'if');
  // The list of valid values makes the message about the type redundant.
  const listed = new Set(violations.flatMap(({ keyword, instancePath }) => (keyword === 'enum' ? [instancePath] : [])));
  const relevant = violations.filter(({ keyword, instancePath }) => keyword !== 'type' || !listed.has(instancePath));
  return groupByChoice(relevant).map((group, index) =>
    // The rest is only counted.
    index < MAX_DESCRIBED
      ? toSeedError(group, lists)
      : { place: formatPlace(splitInstancePath(group[0])), message: '' },
  );
}

function splitInstancePath({ instancePath }: Violation): readonly string[] {
  return instancePath.split('/').slice(1);
}

type Violations = readonly [Violation, ...Violation[]];

/** Groups a violated choice with the violations inside it, which ajv lists just before it. */
function groupByChoice(violations: readonly Violation[]): readonly Violations[] {
  const groups: Violations[] = [];
  for (const violation of violations) {
    const isChoice = violation.keyword === 'anyOf' || violation.keyword === 'oneOf';
    const isInside = ([other]: Violations) =>
      other.schemaPath?.startsWith(`${violation.schemaPath}/`) === true &&
      other.instancePath.startsWith(violation.instancePath);
    const outside = isChoice ? groups.findLastIndex((group) => !isInside(group)) : groups.length - 1;
    const [first = violation, ...others] = groups.splice(outside + 1).flat();
    groups.push(first === violation ? [violation] : [first, ...others, violation]);
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
  findViolations(parts: unknown, extent: Extent): readonly Violation[];
  /** The place of each list, by name. */
  readonly lists: ReadonlyMap<string, string>;
}

/** Compiled checkers, by their first schema. Compiling takes 40 ms. */
const CHECKERS = new WeakMap<object, Checker>();

function getChecker(schemas: Schemas): Checker {
  const [first = schemas] = schemas.values();
  const cached = CHECKERS.get(first);
  if (cached !== undefined && areSameSchemas(cached.schemas, schemas)) return cached;
  const properties = Object.fromEntries(schemas);
  const validators = new Map<Extent, ValidateFunction>();
  const getValidator = (extent: Extent) => {
    const cached = validators.get(extent);
    if (cached !== undefined) return cached;
    const ajv = addFormats.default(new Ajv({ allErrors: extent === 'all', verbose: true, strict: false }));
    // `extends` has already been resolved; here it is just an allowed name.
    const schema = { type: 'object', properties: { ...properties, extends: {} }, additionalProperties: false };
    const validate = ajv.compile(schema);
    validators.set(extent, validate);
    return validate;
  };
  const checker: Checker = {
    schemas,
    findViolations: (parts, extent) => {
      const validate = getValidator(extent);
      return validate(parts) ? [] : (validate.errors ?? []);
    },
    lists: findLists({ properties }),
  };
  CHECKERS.set(first, checker);
  return checker;
}

function areSameSchemas(left: Schemas, right: Schemas): boolean {
  return left.size === right.size && [...left].every(([name, schema]) => right.get(name) === schema);
}

/** Formats an error as one sentence and suggests the likely name, or lists valid ones. */
export function formatSeedError({ message, given, valid = [] }: SeedError): string {
  if (given === undefined || valid.length === 0) return message;
  const near = findNear(given, valid);
  return `${message}; ${near === undefined ? `valid names are ${listNames(given, valid)}` : `did you mean \`${near}\`?`}`;
}

function toSeedError(violations: Violations, lists: Checker['lists']): SeedError {
  const { kind, path: names, expected, given, valid, deeper = [] } = findValueError(violations, TYPE_NAMES);
  const place = formatPlace(names);
  if (kind === 'missing')
    return { place: formatPlace(names.slice(0, -1)), message: `\`${place}\` is missing; it must be ${expected}` };
  if (kind === 'invalid') {
    const message = `\`${place}\` must be ${expected}`;
    const near = findNear(given ?? '', valid ?? []);
    return { place, message: near === undefined ? message : `${message}; did you mean \`${near}\`?` };
  }
  const outside = formatPlace(names.slice(0, -1));
  const message = `unknown key \`${given}\`${outside === '' ? '' : ` in \`${outside}\``}`;
  if (given === 'remove') return { place, message: `${message}: ${REMOVE_ADVICE}` };
  const name = given ?? '';
  const near = findNear(name, valid ?? []) ?? valid?.find((other) => isPart(name, other));
  const here = near === undefined ? '' : `; or did you mean \`${near}\`?`;
  // A likely typo of a name in the same object wins over an exact match in another place.
  const isTypo = near !== undefined && Math.abs(near.length - name.length) <= MAX_TYPO_DIFFERENCE;
  if (deeper.length > 0 && !isTypo) {
    const places = deeper.map((further) => {
      const within = [...names.slice(0, -1), ...further];
      return `\`${formatPlace(within.slice(0, -1))}\`, as \`${within.at(-1)}\``;
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
const MAX_TYPO_DIFFERENCE = 2;

/** The minimum length of a partial name. */
const MIN_PART_LENGTH = 3;

/** Whether one name is part of the other, such as `secret` and `clientSecret`. */
function isPart(name: string, other: string): boolean {
  const [shorter = '', longer = ''] = [name.toLowerCase(), other.toLowerCase()].sort((a, b) => a.length - b.length);
  return shorter.length >= MIN_PART_LENGTH && longer.includes(shorter);
}

/** Finds the topmost place that has a list of each name. */
function findLists(schema: SeedSchema): ReadonlyMap<string, string> {
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
function formatPlace(names: readonly string[]): string {
  return names.reduce((place, name) => {
    if (/^\d+$/.test(name)) return `${place}[${name}]`;
    return place === '' ? name : `${place}.${name}`;
  }, '');
}
