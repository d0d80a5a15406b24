/** Helpers for the schemas of seed files. */

/** A non-empty string. */
export const text = { type: 'string', minLength: 1 } as const;

/** An object with only these members. */
export function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
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

export function list(items: object) {
  return { type: 'array', items };
}

/** An object with the members of a documented one, but for those that a seed gives elsewhere. It may have others. */
export function documented<Properties extends Readonly<Record<string, object>>>(
  { properties }: { readonly properties: Properties },
  elsewhere: readonly (keyof Properties)[],
) {
  const left: readonly PropertyKey[] = elsewhere;
  const members = Object.entries(properties).filter(([name]) => !left.includes(name));
  return { type: 'object', properties: Object.fromEntries(members) };
}
