/** The few forms that schemas of seed files are made of. */

/** A text that is not empty. */
export const text = { type: 'string', minLength: 1 } as const;

/** An object that has these members and no others. */
export function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}

/** A member with a sentence about it, for editors that read the schema. */
export function described<Schema extends object>(schema: Schema, description: string) {
  return { ...schema, description };
}

export function list(items: object) {
  return { type: 'array', items };
}
