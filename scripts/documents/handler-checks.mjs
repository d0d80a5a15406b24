// @ts-check

/**
 * On a schema whose text the operation itself checks, because it refuses in better words than a pattern or an enumeration
 * could: a nearest name, an example. The served document has the constraints, and validation leaves them to the operation.
 */
const MARK = 'x-checked-by-operation';

/** Constraints that an operation checks. Other keywords stay: it must get a value of the right type. */
const CHECKED = ['pattern', 'enum', 'format', 'minimum', 'maximum', 'required', 'x-other-versions', MARK];

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
 * A document as the server validates by it: without the constraints that operations check.
 *
 * @param {any} part
 * @returns {any}
 */
export function withoutHandlerChecks(part) {
  return mapped(part, (object) => {
    if (object[MARK] !== true) return object;
    // An id in a path stays text, whatever the document says it is: one of another form is no object's.
    return { ...without(object, CHECKED), ...(object.type === 'integer' && { type: 'string' }) };
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
function mapped(part, change) {
  if (Array.isArray(part)) return part.map((entry) => mapped(entry, change));
  if (typeof part !== 'object' || part === null) return part;
  return change(Object.fromEntries(Object.entries(part).map(([key, value]) => [key, mapped(value, change)])));
}
