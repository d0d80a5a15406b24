// @ts-check

/** Keywords for schemas of seeds: those that JSON Schema and OpenAPI share. */
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

/** Formats of JSON Schema draft-07. Others, such as `int64`, belong to OpenAPI. */
const FORMATS = new Set(['date-time', 'uuid', 'duration', 'uri-reference']);

/**
 * Generates a module with a document's schemas. Each is a separate constant, so that a bundle only contains those it uses.
 * Leaves out keywords that take more than linear time: patterns with a lookahead, and `uniqueItems`.
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
  // As in JSON Schema.
  if (schema.nullable === true && whole.type !== undefined) whole.type = [whole.type, 'null'];
  if (schema.nullable === true && whole.enum !== undefined) whole.enum = [...new Set([...whole.enum, null])];
  return whole;
}
