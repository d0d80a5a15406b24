/** The schemas of seeds. Each object is declared once, for validation, editors and TypeScript. */

/** The JSON schema keywords by which seeds are repaired, merged and described. The validator knows more. */
export interface SeedSchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SeedSchema[];
  readonly properties?: Readonly<Record<string, SeedSchema>>;
  readonly required?: readonly string[];
  readonly items?: SeedSchema;
}

/** Holds the type of the values that match a schema. No schema has this member. */
declare const VALUE: unique symbol;

export type SchemaOf<Value> = SeedSchema & { readonly [VALUE]?: Value };

export type ValueOf<Schema> = Schema extends { readonly [VALUE]?: infer Value } ? Value : never;

interface Optional<Value> {
  readonly optional: SchemaOf<Value>;
}

type Members = Readonly<Record<string, SchemaOf<unknown> | Optional<unknown>>>;

type ObjectOf<Given extends Members> = {
  readonly [Name in keyof Given as Given[Name] extends Optional<unknown> ? never : Name]: ValueOf<Given[Name]>;
} & {
  readonly [Name in keyof Given as Given[Name] extends Optional<unknown> ? Name : never]?: Given[Name] extends Optional<
    infer Value
  >
    ? Value
    : never;
};

/** Creates a schema whose type the keywords do not tell. @param description a sentence for editors */
export function schema<Value>(keywords: object, description?: string): SchemaOf<Value> {
  return { ...keywords, ...(description !== undefined && { description }) };
}

/** A text that is not empty. @param restriction replaces this restriction by others */
export function text(description?: string, restriction: object = { minLength: 1 }): SchemaOf<string> {
  return schema({ type: 'string', ...restriction }, description);
}

/** A UUID in lower case. */
export function uuid(description: string): SchemaOf<string> {
  return text(description, { pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
}

export function oneOf<const Value>(values: readonly Value[], description?: string): SchemaOf<Value> {
  return schema({ enum: values }, description);
}

export function list<Entry>(entry: SchemaOf<Entry>, description?: string): SchemaOf<readonly Entry[]> {
  return schema({ type: 'array', items: entry }, description);
}

export function optional<Value>(member: SchemaOf<Value>): Optional<Value> {
  return { optional: member };
}

/** An object with only these members. */
export function object<Given extends Members>(members: Given, description?: string): SchemaOf<ObjectOf<Given>> {
  const all = Object.entries(members);
  const keywords = {
    type: 'object',
    properties: Object.fromEntries(
      all.map(([name, member]) => [name, 'optional' in member ? member.optional : member]),
    ),
    required: all.filter(([, member]) => !('optional' in member)).map(([name]) => name),
    additionalProperties: false,
  };
  return schema(keywords, description);
}

/** A documented object without the members that a seed has elsewhere. Additional members are allowed. */
export function documentedSchema<Properties extends Readonly<Record<string, object>>>(
  { properties }: { readonly properties: Properties },
  elsewhere: readonly (keyof Properties)[],
) {
  const excluded: readonly PropertyKey[] = elsewhere;
  const members = Object.entries(properties).filter(([name]) => !excluded.includes(name));
  return { type: 'object', properties: Object.fromEntries(members) };
}
