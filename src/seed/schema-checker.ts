import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { SeedSchema } from '../contract/seed.ts';
import type { Violation } from '../explaining/index.ts';

/** The schemas of the parts of a seed, by service. */
export type Schemas = ReadonlyMap<string, SeedSchema>;

/** How many violations to find: all, or only the first. */
export type Extent = 'all' | 'first';

/** Checks the parts of a seed against the schemas of their services. */
export interface SchemaChecker {
  readonly schemas: Schemas;
  findViolations(parts: unknown, extent: Extent): readonly Violation[];
  /** The path of the object that has each list, by the name of the list. */
  readonly listParents: ReadonlyMap<string, string>;
}

/** Compiled checkers, by their first schema. Compiling takes 40 ms. */
const CHECKERS = new WeakMap<object, SchemaChecker>();

/** Returns the checker of these schemas. Servers with the same services share it. */
export function getSchemaChecker(schemas: Schemas): SchemaChecker {
  // Without schemas, nothing is shared.
  const [key = schemas] = schemas.values();
  const cached = CHECKERS.get(key);
  if (cached !== undefined && areSameSchemas(cached.schemas, schemas)) return cached;
  const checker = createSchemaChecker(schemas);
  CHECKERS.set(key, checker);
  return checker;
}

function areSameSchemas(left: Schemas, right: Schemas): boolean {
  return left.size === right.size && [...left].every(([name, schema]) => right.get(name) === schema);
}

function createSchemaChecker(schemas: Schemas): SchemaChecker {
  const properties = Object.fromEntries(schemas);
  const validators = new Map<Extent, ValidateFunction>();
  const getValidator = (extent: Extent) => {
    const validate = validators.get(extent) ?? compileSchema(properties, extent);
    validators.set(extent, validate);
    return validate;
  };
  return {
    schemas,
    findViolations: (parts, extent) => {
      const validate = getValidator(extent);
      return validate(parts) ? [] : (validate.errors ?? []);
    },
    listParents: findListParents({ properties }),
  };
}

function compileSchema(properties: Readonly<Record<string, SeedSchema>>, extent: Extent): ValidateFunction {
  const ajv = addFormats.default(new Ajv({ allErrors: extent === 'all', verbose: true, strict: false }));
  // `extends` has already been resolved; here it is just an allowed name.
  return ajv.compile({ type: 'object', properties: { ...properties, extends: {} }, additionalProperties: false });
}

/** Finds the topmost object that has a list of each name, level by level. */
function findListParents(schema: SeedSchema): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  let level: { readonly path: string; readonly schema: SeedSchema }[] = [{ path: '', schema }];
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
    const path = parentPath === '' ? name : `${parentPath}.${name}`;
    return items === undefined ? { path, schema } : { path: `${path}[]`, schema: items };
  });
}
