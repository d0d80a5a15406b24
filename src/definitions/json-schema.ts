/** Helpers for the schemas of seeds. */

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
