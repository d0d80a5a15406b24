import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { SeedSchema } from '../../contract/json-schema.ts';
import type { SeedError, SeedParts } from '../../contract/seed.ts';
import type { ServiceDefinition } from '../../contract/service.ts';
import { isStorable } from '../../contract/storable-text.ts';
import { selectViolations, type Violation } from '../../decisions/explaining/index.ts';
import { appendName, createSeedError, formatPath, type Violations } from './error-text.ts';
import { isAboutUserInput, repairValue } from './repair.ts';

/** The maximum number of errors to describe, so that messages stay short. */
export const MAX_DESCRIBED = 100;

/** Finds the errors in a user's seed. Not loaded for the built-in cast, which is valid. */
export function findSeedErrors(parts: SeedParts, services: readonly ServiceDefinition[]): SeedError[] {
  const [first] = findSchemaErrors(parts, services, 'first');
  if (first !== undefined && isLarge(parts)) return [first];
  const errors = [...(first === undefined ? [] : findSchemaErrors(parts, services)), ...findUnstorable(parts)];
  // Invalid members are repaired, so that they don't hide other errors.
  const repaired = errors.length === 0 ? null : repairValue({ properties: schemasOf(services) }, parts);
  // Matches the schemas: it had no errors, or was repaired.
  const repairedParts = (repaired === null ? parts : repaired.value) as SeedParts;
  const serviceErrors = services.flatMap(({ name, seed }) =>
    repairedParts[name] === undefined ? [] : (seed?.findErrors(repairedParts[name], repairedParts) ?? []),
  );
  return [...errors, ...serviceErrors.filter((error) => repaired === null || isAboutUserInput(error, repaired))];
}

/** The maximum number of values in a seed for collecting all errors, which could otherwise be hundreds of thousands. */
const MAX_VALUES = 4000;

function isLarge(parts: unknown): boolean {
  const pending = [parts];
  for (let visited = 0; pending.length > 0; visited += 1) {
    if (visited + pending.length > MAX_VALUES) return true;
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const member of Object.values(value)) pending.push(member);
  }
  return false;
}

/** Finds texts that a database would change or reject. */
function findUnstorable(parts: unknown): SeedError[] {
  const errors: SeedError[] = [];
  const pending: { readonly value: unknown; readonly names: readonly string[] }[] = [{ value: parts, names: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, names } = next;
    if (typeof value === 'object' && value !== null) {
      // In reverse, because the last one is taken first, and errors are listed in the order of the seed.
      for (const [name, member] of Object.entries(value).reverse()) {
        pending.push({ value: member, names: [...names, name] });
      }
    }
    if (typeof value !== 'string' || isStorable(value)) continue;
    const place = formatPath(names);
    errors.push({ place, message: `\`${place}\` must be a text without NUL characters and unpaired surrogates` });
  }
  return errors;
}

/** Finds violations of the services' schemas. @param parts the content of the seed, by service */
export function findSchemaErrors(
  parts: SeedParts,
  services: readonly ServiceDefinition[],
  extent: Extent = 'all',
): SeedError[] {
  const schemas = schemasOf(services);
  // A violated `if` only repeats the violation of its `then`.
  const violations = findViolations(parts, schemas, extent).filter(({ keyword }) => keyword !== 'if');
  if (violations.length === 0) return [];
  const listParents = findListParents(schemas);
  // The list of valid values makes the message about the type redundant.
  const enumPaths = new Set(
    violations.flatMap(({ keyword, instancePath }) => (keyword === 'enum' ? [instancePath] : [])),
  );
  const relevant = violations.filter(({ keyword, instancePath }) => keyword !== 'type' || !enumPaths.has(instancePath));
  return groupByChoice(relevant).map((group, index) => {
    if (index < MAX_DESCRIBED) return createSeedError(group, listParents);
    // Further errors are only counted.
    return { place: formatPath(group[0].instancePath.split('/').slice(1)), message: '' };
  });
}

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

function schemasOf(services: readonly ServiceDefinition[]): Schemas {
  return Object.fromEntries(services.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed.schema]])));
}

type Schemas = Readonly<Record<string, SeedSchema>>;

type Extent = 'all' | 'first';

/** Compiled schemas. Compiling those of all services takes 0.2 s, so only those of the parts in a seed are compiled. */
const VALIDATORS = new WeakMap<SeedSchema, { [Of in Extent]?: ValidateFunction }>();

function findViolations(
  parts: Readonly<Record<string, unknown>>,
  schemas: Schemas,
  extent: Extent,
): readonly Violation[] {
  // Like those of ajv.
  const violations: Violation[] = Object.keys(parts)
    .filter((name) => !Object.hasOwn(schemas, name))
    .map((additionalProperty) => ({
      keyword: 'additionalProperties',
      instancePath: '',
      schemaPath: '#/additionalProperties',
      params: { additionalProperty },
      // `extends` has already been resolved; here it is just a valid name.
      parentSchema: { properties: { ...schemas, extends: {} } },
      data: parts,
    }));
  for (const [name, schema] of Object.entries(schemas)) {
    if (extent === 'first' && violations.length > 0) break;
    if (parts[name] === undefined) continue;
    const validate = getValidator(name, schema, extent);
    if (!validate(parts)) violations.push(...(validate.errors ?? []));
  }
  return violations;
}

/** Returns the validator of a seed's part. Paths in its violations begin with the name of the part. */
function getValidator(name: string, schema: SeedSchema, extent: Extent): ValidateFunction {
  const validators = VALIDATORS.get(schema) ?? {};
  VALIDATORS.set(schema, validators);
  const cached = validators[extent];
  if (cached !== undefined) return cached;
  // A test validates the schemas. Optimized code would take longer to compile than it saves.
  const speed = { meta: false, validateSchema: false, code: { optimize: false } } as const;
  const ajv = new Ajv({ allErrors: extent === 'all', verbose: true, strict: false, ...speed });
  const validate = addFormats.default(ajv).compile({ properties: { [name]: schema } });
  validators[extent] = validate;
  return validate;
}

/** Returns the path of the topmost object that has each list, by the name of the list. */
function findListParents(schemas: Schemas): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  let level: { readonly path: string; readonly schema: SeedSchema }[] = [{ path: '', schema: { properties: schemas } }];
  while (level.length > 0) {
    for (const { path, schema } of level) {
      for (const [name, { items }] of Object.entries(schema.properties ?? {})) {
        if (items !== undefined && !parents.has(name)) parents.set(name, path);
      }
    }
    level = level.flatMap(({ path, schema }) => listChildren(path, schema));
  }
  return parents;
}

/** Returns the members of an object, and the entries of its lists, with their paths: `ngc.keys[]`. */
function listChildren(parentPath: string, { properties = {} }: SeedSchema) {
  return Object.entries(properties).map(([name, member]) => {
    const { items, ...schema } = member;
    const path = appendName(parentPath, name);
    return items === undefined ? { path, schema } : { path: `${path}[]`, schema: items };
  });
}
