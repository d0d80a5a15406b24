// @ts-check

/** What a schema of a seed may have: keywords that JSON Schema and OpenAPI share. */
const KEYWORDS = new Set(
  [
    [
      'type',
      'properties',
      'required',
      'items',
      'enum',
      'additionalProperties',
      'allOf',
      'anyOf',
      'oneOf',
      'description',
    ],
    ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  ].flat(),
);

/** Formats of JSON Schema, draft-07. Others, such as `int64`, are OpenAPI's. */
const FORMATS = new Set(['date-time', 'uuid', 'duration', 'uri-reference']);

/**
 * The schemas of a document as a module: each is a constant of its own, so that a bundle has only those it uses.
 * What takes more than linear time to validate is left out: patterns that look ahead, and `uniqueItems`.
 *
 * @param {any} document
 * @returns {string}
 */
export function schemasModule({ components: { schemas = {} } }) {
  const named = Object.entries(schemas).map(
    ([name, schema]) => `export const ${name} = ${JSON.stringify(plain(schema, schemas, [name]), null, 2)};\n`,
  );
  return named.join('');
}

/**
 * @param {any} schema
 * @param {any} schemas
 * @param {readonly string[]} within names of the schemas that contain it
 * @returns {any}
 */
function plain(schema, schemas, within) {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map((one) => plain(one, schemas, within));
  const name = schema.$ref?.replace('#/components/schemas/', '');
  if (name !== undefined) return within.includes(name) ? {} : plain(schemas[name], schemas, [...within, name]);
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      KEYWORDS.has(key) || (key === 'format' && FORMATS.has(value)) || (key === 'pattern' && !/\(\?[=!]/.test(value)),
  );
  const whole = Object.fromEntries(
    kept.map(([key, value]) => {
      if (key !== 'properties')
        return [key, key === 'enum' || key === 'required' ? value : plain(value, schemas, within)];
      const members = Object.entries(value).map(([member, one]) => [member, plain(one, schemas, within)]);
      return [key, Object.fromEntries(members)];
    }),
  );
  // As JSON Schema says it.
  if (schema.nullable === true && whole.type !== undefined) whole.type = [whole.type, 'null'];
  if (schema.nullable === true && whole.enum !== undefined) whole.enum = [...new Set([...whole.enum, null])];
  return whole;
}
