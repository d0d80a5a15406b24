/** Helpers for the schemas of seeds and of stored bodies. */
import { LAST_MOMENT } from '../time/clock.ts';

/** A non-empty string. */
export const NON_EMPTY = { type: 'string', minLength: 1 } as const;

/** A UUID in lower case. */
export const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' } as const;

/** An object with only these members. */
export function objectSchema(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}

/** Adds a sentence to a member, for editors that read the schema. */
export function describe<Schema extends object>(schema: Schema, description: string) {
  return { ...schema, description };
}

export function listSchema(items: object) {
  return { type: 'array', items };
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

/** A stored text, which may be empty. */
export const TEXT = { type: 'string' } as const;
export const TEXTS = listSchema(TEXT);
export const BOOLEAN = { type: 'boolean' } as const;
/** An `Instant`. */
export const INSTANT = { type: 'integer', minimum: -LAST_MOMENT, maximum: LAST_MOMENT } as const;

export function nullable(schema: { readonly type: string }) {
  return { ...schema, type: [schema.type, 'null'] };
}

type OptionalIn<Body> = { [Name in keyof Body]-?: object extends Pick<Body, Name> ? Name : never }[keyof Body];

/** The schema of a stored body, with exactly the members of its type. */
export function bodySchema<Body extends object>(
  properties: { readonly [Name in keyof Body]-?: object },
  optional: readonly (OptionalIn<Body> & string)[] = [],
) {
  return objectSchema(properties as Readonly<Record<string, object>>, optional);
}

/** A documented object without the members that are stored elsewhere or not at all. Additional members are allowed. */
export function withoutMembers<Properties extends Readonly<Record<string, object>>>(
  schema: { readonly properties: Properties; readonly required?: readonly string[] },
  elsewhere: readonly (keyof Properties & string)[],
) {
  const excluded: readonly string[] = elsewhere;
  return {
    ...documentedSchema(schema, elsewhere),
    required: (schema.required ?? []).filter((name) => !excluded.includes(name)),
  };
}
