import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { SeedSchema } from '../../contract/json-schema.ts';
import type { Violation } from '../../decisions/explaining/index.ts';
import { appendName } from './error-text.ts';

/** The schemas of the parts of a seed, by service. */
export type Schemas = Readonly<Record<string, SeedSchema>>;

/** How many violations to find: all, or only the first. */
export type Extent = 'all' | 'first';

/** Compiled schemas. Compiling those of all services takes 0.2 s, so only those of the parts in a seed are compiled. */
const VALIDATORS = new WeakMap<SeedSchema, { [Of in Extent]?: ValidateFunction }>();

/** Finds the violations of the services' schemas, in the order of the services. @param parts by service */
export function findViolations(
  parts: Readonly<Record<string, unknown>>,
  schemas: Schemas,
  extent: Extent,
): readonly Violation[] {
  const violations: Violation[] = Object.keys(parts)
    .filter((name) => !Object.hasOwn(schemas, name))
    .map((additionalProperty) => createUnknownPart(additionalProperty, parts, schemas));
  for (const [name, schema] of Object.entries(schemas)) {
    if (extent === 'first' && violations.length > 0) break;
    if (parts[name] === undefined) continue;
    const validate = getValidator(name, schema, extent);
    if (!validate(parts)) violations.push(...(validate.errors ?? []));
  }
  return violations;
}

/** Creates the violation of an unknown part, like ajv. */
function createUnknownPart(additionalProperty: string, data: unknown, schemas: Schemas): Violation {
  return {
    keyword: 'additionalProperties',
    instancePath: '',
    schemaPath: '#/additionalProperties',
    params: { additionalProperty },
    // `extends` has already been resolved; here it is just a valid name.
    parentSchema: { properties: { ...schemas, extends: {} } },
    data,
  };
}

/** Returns the validator of a seed's part. Paths in its violations begin with the name of the part. */
function getValidator(name: string, schema: SeedSchema, extent: Extent): ValidateFunction {
  const validators = VALIDATORS.get(schema) ?? {};
  VALIDATORS.set(schema, validators);
  validators[extent] ??= compile({ properties: { [name]: schema } }, extent);
  return validators[extent];
}

function compile(schema: SeedSchema, extent: Extent): ValidateFunction {
  // A test validates the schemas. Optimized code would take longer to compile than it saves.
  const speed = { meta: false, validateSchema: false, code: { optimize: false } } as const;
  return addFormats
    .default(new Ajv({ allErrors: extent === 'all', verbose: true, strict: false, ...speed }))
    .compile(schema);
}

/** Returns the path of the topmost object that has each list, by the name of the list. */
export function findListParents(schemas: Schemas): ReadonlyMap<string, string> {
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
