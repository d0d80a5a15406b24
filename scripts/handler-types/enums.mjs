// @ts-check

/**
 * Returns the enum values of a document, by schema and member. For a list, the values of its entries.
 *
 * @param {any} document
 * @returns {Record<string, Record<string, readonly string[]>>}
 */
export function enumsOf({ components: { schemas = {} } }) {
  const resolve = (/** @type {any} */ schema) =>
    schema?.$ref === undefined ? schema : schemas[schema.$ref.replace('#/components/schemas/', '')];
  const named = Object.entries(schemas).map(([name, { properties = {} }]) => {
    const members = Object.entries(properties).flatMap(([member, schema]) => {
      const { enum: own, items } = resolve(schema);
      const values = own ?? resolve(items)?.enum;
      return values === undefined ? [] : [[member, values]];
    });
    return [name, Object.fromEntries(members)];
  });
  return Object.fromEntries(named.filter(([, members]) => Object.keys(members).length > 0));
}
