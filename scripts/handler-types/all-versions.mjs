// @ts-check

/**
 * Returns the document with all versions. Members that only some versions have are optional. Objects without documented
 * members may have any.
 *
 * @param {any} part
 * @param {boolean} [areNames] whether its members are names, not keywords: one may be called `example`
 * @returns {any}
 */
export function ofAllVersions(part, areNames = false) {
  if (Array.isArray(part)) return part.map((entry) => ofAllVersions(entry));
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.fromEntries(
    Object.entries(part)
      .filter(([key]) => areNames || !/^examples?$/.test(key))
      .map(([key, value]) => [key, ofAllVersions(value, !areNames && key === 'properties')]),
  );
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
