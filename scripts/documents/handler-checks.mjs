// @ts-check

/**
 * On a schema: keywords that the operation itself checks, because it refuses in better words than a pattern or an
 * enumeration could, with a nearest name or an example. The served document has them; validation leaves them out.
 * `null` is no keyword: validation lets null pass, which the served document does not allow.
 */
const MARK = 'x-checked-by-operation';
/** The same keywords, where the validation leaves them out: recorded traffic is compared with them, too. */
const KEPT = 'x-documented';

/**
 * A document as it is served: constraints, and nothing about who checks them.
 *
 * @param {any} part
 * @returns {any}
 */
export function withoutMarks(part) {
  return mapped(part, (schema) => without(schema, [MARK]));
}

/**
 * A document as the server validates by it: without the keywords that operations check.
 *
 * @param {any} part
 * @returns {any}
 */
export function withoutHandlerChecks(part) {
  return mapped(part, (schema) => {
    if (schema[MARK] === undefined) return schema;
    // The values of other versions belong to the enumeration.
    const checked = [
      ...schema[MARK],
      ...(schema[MARK].includes('enum') ? ['x-other-versions', 'x-enum-profiles'] : []),
    ];
    const entries = Object.entries(schema).filter(([key]) => checked.includes(key));
    const kept = Object.fromEntries(entries);
    const validated = without(schema, [MARK, ...checked]);
    if (!checked.includes('null')) return { ...validated, [KEPT]: kept };
    const { enum: values } = validated;
    return {
      ...validated,
      nullable: true,
      ...(values !== undefined && { enum: [...values, null] }),
      [KEPT]: { ...kept, nullable: false, ...(values !== undefined && { enum: values }) },
    };
  });
}

/** @param {any} object @param {readonly string[]} keys */
function without(object, keys) {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/**
 * A copy in which every object went through `change`.
 *
 * @param {any} part
 * @param {(object: any) => any} change
 * @returns {any}
 */
export function mapped(part, change) {
  if (Array.isArray(part)) return part.map((entry) => mapped(entry, change));
  if (typeof part !== 'object' || part === null) return part;
  return change(Object.fromEntries(Object.entries(part).map(([key, value]) => [key, mapped(value, change)])));
}
