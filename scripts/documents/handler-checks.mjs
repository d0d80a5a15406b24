// @ts-check

/**
 * On a schema: keywords that the handler checks itself, because its messages are better than those for a pattern or an
 * enum, with the nearest name or an example. The served document has them, validation skips them.
 * `null` is not a keyword: validation accepts null, which the served document does not allow.
 */
const MARK = 'x-checked-by-operation';
/** The skipped keywords in the validated document, because recorded traffic is checked against them as well. */
const KEPT = 'x-documented';

/**
 * Returns the served form of a document, without the marks.
 *
 * @param {any} part
 * @returns {any}
 */
export function withoutMarks(part) {
  return mapped(part, (schema) => without(schema, [MARK]));
}

/**
 * Returns the form of a document for validation, without the keywords that handlers check.
 *
 * @param {any} part
 * @returns {any}
 */
export function withoutHandlerChecks(part) {
  return mapped(part, (schema) => {
    if (schema[MARK] === undefined) return schema;
    // The values of other versions belong to the enum.
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
 * Returns a deep copy with every object mapped by `change`.
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
