// @ts-check

/**
 * A document of all versions, in which nothing is required that only some of them have. Objects without a description
 * of members may have any.
 *
 * @param {any} part
 * @returns {any}
 */
export function ofAllVersions(part) {
  if (Array.isArray(part)) return part.map(ofAllVersions);
  if (typeof part !== 'object' || part === null) return part;
  const { example: _, examples: __, ...rest } = part;
  const kept = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, ofAllVersions(value)]));
  if (Array.isArray(kept.required) && kept.properties !== undefined) {
    kept.required = kept.required.filter((/** @type {string} */ name) => !isOfSome(part.properties[name]));
  }
  if (kept.in === 'query' && isOfSome(part)) kept.required = false;
  if (isBareObject(kept)) kept.additionalProperties = true;
  return kept;
}

/** @param {any} part */
function isOfSome(part) {
  return part?.['x-profiles'] !== undefined;
}

/** @param {any} schema */
function isBareObject({ type, properties, additionalProperties, allOf, oneOf, anyOf }) {
  return type === 'object' && [properties, additionalProperties, allOf, oneOf, anyOf].every((one) => one === undefined);
}
