import { canonicalJson, textOrJson } from './difference.ts';
import { listOf, type Members, membersOf, type OpenApiDocument, referenceOf, resolveReference } from './open-api.ts';

/**
 * A normalized schema: references resolved, `allOf` merged, and OpenAPI 3.0 and 3.1 unified. A nested schema is a list of
 * schemas that must all accept a value.
 */
export interface SchemaView {
  /** Equal for the same schema of the same document. */
  readonly key: string;
  /** Null for all types. */
  readonly types: ReadonlySet<string> | null;
  readonly isNullable: boolean;
  /** The allowed values as JSON; null for all values. */
  readonly values: ReadonlySet<string> | null;
  /** Bounds, `format`, `pattern` and other keywords with plain values. */
  readonly plain: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
  readonly properties: ReadonlyMap<string, Schemas>;
  readonly items: Schemas;
  /** The schemas of other members; null if there may be none. */
  readonly additional: Schemas | null;
  readonly alternatives: Alternatives | null;
  /** `not`, `patternProperties` and others: schemas by keyword and name. */
  readonly others: ReadonlyMap<string, Schemas>;
  /** Whether it allows every value. */
  readonly isOpen: boolean;
  /** The side on which such a member never appears. */
  readonly absentIn: 'request' | 'answer' | null;
}

export type Schemas = readonly unknown[];

export interface Alternatives {
  readonly keyword: 'oneOf' | 'anyOf';
  readonly branches: readonly Schemas[];
  /** Whether the schema has no other keywords. */
  readonly isAll: boolean;
}

/** Functions that return the stricter of two bounds. */
export const BOUNDS: ReadonlyMap<string, (one: number, other: number) => number> = new Map([
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'].map(
    (keyword) => [keyword, Math.max] as const,
  ),
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'].map(
    (keyword) => [keyword, Math.min] as const,
  ),
]);
const ENCODING = ['contentEncoding', 'contentMediaType'];
const PLAIN = ['format', 'pattern', 'multipleOf', 'uniqueItems', 'dependentRequired', 'default', ...ENCODING];
const SCHEMAS = ['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedProperties', 'unevaluatedItems'];
const MAPS = ['patternProperties', 'dependentSchemas', 'prefixItems'];

/** Reads the schemas of a document, with a cache. */
export class SchemaReader {
  readonly source: OpenApiDocument;
  readonly #views = new Map<string, SchemaView>();
  readonly #ids = new Map<object, number>();
  readonly #spend: (steps: number) => void;

  /** @param countSteps counts the steps, and throws if there are too many */
  constructor(source: OpenApiDocument, countSteps: (steps: number) => void) {
    this.source = source;
    this.#spend = countSteps;
  }

  view(schemas: Schemas): SchemaView {
    const targets = schemas.map((schema) => this.#targetOf(schema));
    const parts = [...new Set(targets)].filter((schema) => schema !== true && schema !== undefined);
    const key = parts.map((part) => this.#idOf(part)).join('+');
    const cached = this.#views.get(key);
    if (cached !== undefined) return cached;
    const view = createView(key, this.#leavesOf(parts));
    this.#views.set(key, view);
    return view;
  }

  /** Resolves a schema that is only a reference, so that all references to a schema have the same id. */
  #targetOf(schema: unknown): unknown {
    const isOnlyReference = !this.source.hasSiblings || Object.keys(membersOf(schema)).length === 1;
    return referenceOf(schema) !== null && isOnlyReference ? resolveReference(this.source, schema) : schema;
  }

  #idOf(schema: unknown): number {
    if (typeof schema !== 'object' || schema === null) return -1;
    const id = this.#ids.get(schema) ?? this.#ids.size;
    this.#ids.set(schema, id);
    return id;
  }

  /** Returns the schemas that must all accept a value, with references and `allOf` resolved. */
  #leavesOf(schemas: Schemas): Leaf[] {
    const leaves = new Set<Leaf>();
    const seen = new Set<unknown>();
    const rest = [...schemas].reverse();
    while (rest.length > 0) {
      const schema = rest.pop();
      if (seen.has(schema)) continue;
      seen.add(schema);
      this.#spend(1);
      const node = membersOf(schema);
      if (schema === false) leaves.add({ type: [] });
      if (referenceOf(node) !== null) rest.push(resolveReference(this.source, node));
      if (referenceOf(node) !== null && !this.source.hasSiblings) continue;
      const { branches, hasNull } = this.#branchesOf(node);
      if (hasNull) leaves.add({ nullable: true });
      if (branches.length === 1) rest.push(branches[0]);
      for (const part of listOf(node['allOf']).toReversed()) rest.push(part);
      leaves.add(
        branches.length === 1
          ? { ...node, oneOf: undefined, anyOf: undefined }
          : { ...node, ...alternativesToKeep(node, branches) },
      );
    }
    return [...leaves];
  }

  /** Returns the branches of `oneOf` or `anyOf` that allow more than null. */
  #branchesOf(node: Members): { readonly branches: readonly unknown[]; readonly hasNull: boolean } {
    const all = listOf(node['oneOf'] ?? node['anyOf']);
    const branches = all.filter((branch) => {
      const { type, enum: values } = membersOf(resolveReference(this.source, branch));
      return type !== 'null' && !(Array.isArray(values) && values.length === 1 && values[0] === null);
    });
    return { branches, hasNull: branches.length < all.length };
  }
}

type Leaf = Members;

function alternativesToKeep(node: Members, branches: readonly unknown[]): Members {
  if (branches.length === 0) return {};
  return 'oneOf' in node ? { oneOf: branches } : { anyOf: branches };
}

function createView(key: string, leaves: readonly Leaf[]): SchemaView {
  const { types, isNullable } = typesOf(leaves);
  const lists = leaves.flatMap(({ enum: values, const: value }) =>
    Array.isArray(values) ? [values] : value === undefined ? [] : [[value]],
  );
  return {
    key,
    types,
    isNullable,
    values: lists.map(toJsonTexts).reduce<ReadonlySet<string> | null>((all, texts) => intersectionOf(all, texts), null),
    plain: collectPlain(leaves.map(convertBounds)),
    required: new Set(leaves.flatMap(({ required }) => listOf(required).map(textOrJson))),
    properties: groupByName(leaves.flatMap(({ properties }) => Object.entries(membersOf(properties)))),
    items: leaves.flatMap(({ items }) => (items === undefined ? [] : [items])),
    additional: leaves.some(({ additionalProperties }) => additionalProperties === false)
      ? null
      : leaves.flatMap(({ additionalProperties: schema }) => (allowsEverything(schema) ? [] : [schema])),
    alternatives: alternativesOf(leaves),
    others: groupByName(leaves.flatMap(othersOf)),
    isOpen:
      leaves.length > 0 && leaves.every((leaf) => Object.keys(leaf).every((keyword) => isAnnotation(keyword, leaf))),
    absentIn: leaves.some(({ readOnly }) => readOnly === true)
      ? 'request'
      : leaves.some(({ writeOnly }) => writeOnly === true)
        ? 'answer'
        : null,
  };
}

function allowsEverything(schema: unknown): boolean {
  return schema === undefined || schema === true || (membersOf(schema) === schema && Object.keys(schema).length === 0);
}

function groupByName(entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, Schemas> {
  const groups = new Map<string, unknown[]>();
  for (const [name, schema] of entries) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [schema]);
    else group.push(schema);
  }
  return groups;
}

function othersOf(leaf: Leaf): (readonly [string, unknown])[] {
  const single = SCHEMAS.filter((keyword) => leaf[keyword] !== undefined).map((name) => [name, leaf[name]] as const);
  // If a schema has both, `alternatives` has only `oneOf`.
  const named = [...MAPS, ...(leaf['oneOf'] === undefined ? [] : ['anyOf'])].flatMap((keyword) =>
    Object.entries(Object(leaf[keyword])).map(([name, schema]) => [`${keyword} ${name}`, schema] as const),
  );
  return [...single, ...named];
}

/** Returns the types that all leaves allow. In 3.0, `nullable` is often next to an `allOf` with the type in its parts. */
function typesOf(leaves: readonly Leaf[]): Pick<SchemaView, 'types' | 'isNullable'> {
  const typedLeaves = leaves.flatMap((leaf) => {
    const types = findTypes(leaf);
    return types === null ? [] : [{ types, isNullable: leaf['nullable'] === true || types.has('null') }];
  });
  const isNullableAnywhere = leaves.some((leaf) => leaf['nullable'] === true && findTypes(leaf) === null);
  const types = typedLeaves.reduce<ReadonlySet<string> | null>(
    (all, { types: some }) => intersectionOf(all, some),
    null,
  );
  return {
    types: types === null ? null : new Set([...types].filter((type) => type !== 'null')),
    isNullable: isNullableAnywhere || (typedLeaves.length > 0 && typedLeaves.every(({ isNullable }) => isNullable)),
  };
}

/** Returns the types of a leaf. Many documents omit the type of an object or list, so it is inferred from other keywords. */
function findTypes(leaf: Leaf): ReadonlySet<string> | null {
  const { type, properties, required, items, additionalProperties, enum: values, const: value } = leaf;
  if (type !== undefined) return new Set([type].flat().map(textOrJson));
  if (Array.isArray(values)) return new Set(values.map(typeOf));
  if (value !== undefined) return new Set([typeOf(value)]);
  if (properties !== undefined || additionalProperties !== undefined || listOf(required).length > 0)
    return new Set(['object']);
  return items === undefined ? null : new Set(['array']);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function toJsonTexts(values: readonly unknown[]): ReadonlySet<string> {
  return new Set(values.filter((value) => value !== null).map((value) => canonicalJson(value)));
}

function intersectionOf(all: ReadonlySet<string> | null, some: ReadonlySet<string>): ReadonlySet<string> {
  if (all === null) return some;
  // An integer is a number.
  const fits = (set: ReadonlySet<string>) => (one: string) => set.has(one) || (one === 'integer' && set.has('number'));
  return new Set([...[...all].filter(fits(some)), ...[...some].filter(fits(all))]);
}

function collectPlain(leaves: readonly Leaf[]): Map<string, unknown> {
  const plain = new Map<string, unknown>();
  for (const [keyword, stricter] of BOUNDS) {
    const values = leaves.map((leaf) => leaf[keyword]).filter((value) => typeof value === 'number');
    const [first, ...others] = values.filter((value) => value !== 0 || !/^min[A-Z]/.test(keyword));
    if (first !== undefined)
      plain.set(
        keyword,
        others.reduce((one, other) => stricter(one, other), first),
      );
  }
  for (const keyword of PLAIN)
    addDistinct(
      plain,
      keyword,
      leaves.map((leaf) => leaf[keyword]),
    );
  addDistinct(
    plain,
    'discriminator',
    leaves.map(({ discriminator }) => membersOf(discriminator)['propertyName']),
  );
  return plain;
}

/** Adds all different values of a keyword: each part of `allOf` may have a pattern. */
function addDistinct(plain: Map<string, unknown>, keyword: string, values: readonly unknown[]): void {
  const stated = values.filter((value) => value !== undefined && (keyword !== 'uniqueItems' || value === true));
  const distinct = new Map(stated.map((value) => [canonicalJson(value), value]));
  if (distinct.size > 0) plain.set(keyword, distinct.size === 1 ? stated[0] : [...distinct.keys()].sort());
}

/** Converts the exclusive bounds of 3.0, which are `true` next to the bound, to those of 3.1. */
function convertBounds(leaf: Leaf): Leaf {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = leaf;
  return {
    ...leaf,
    ...(exclusiveMinimum === true && { exclusiveMinimum: minimum, minimum: undefined }),
    ...(exclusiveMaximum === true && { exclusiveMaximum: maximum, maximum: undefined }),
  };
}

/** Keywords that do not restrict values. */
const ANNOTATIONS =
  /^(?:\$?(?:comment|id|schema|anchor|defs|ref)|title|description|examples?|deprecated|externalDocs|xml|discriminator|allOf|oneOf|anyOf|nullable|x-.*)$/;

/** Whether a keyword does not restrict values. */
function isAnnotation(keyword: string, leaf: Leaf): boolean {
  return /^(?:allOf|oneOf|anyOf)$/.test(keyword) ? leaf[keyword] === undefined : ANNOTATIONS.test(keyword);
}

function alternativesOf(leaves: readonly Leaf[]): Alternatives | null {
  const found = leaves.flatMap(({ oneOf, anyOf }) => listOf(oneOf ?? anyOf).map((branch) => [branch]));
  if (found.length === 0) return null;
  return {
    keyword: leaves.some(({ oneOf }) => Array.isArray(oneOf)) ? 'oneOf' : 'anyOf',
    branches: found,
    isAll: leaves.every((leaf) => Object.keys(leaf).every((keyword) => ANNOTATIONS.test(keyword))),
  };
}
