// @ts-check

/** Annotations for readers, which the server ignores. */
const ANNOTATIONS = ['description', 'example', 'examples', 'x-type'];

/** Members that only matter for references. */
const TARGETS = ['$id', '$schema', '$anchor', '$defs'];

/** Members with names as their members, not keywords. */
const NAMED = ['properties', 'patternProperties', 'content', 'headers'];

/** Members with values, in which nothing is a keyword. */
const VALUES = ['enum', 'const', 'default', 'x-other-versions'];

/**
 * Replaces all references in a part of a document by their targets, and removes annotations.
 *
 * @param {any} document
 * @param {any} part
 * @param {{ left: number }} [references] the remaining number of references for a vendor's document. Its components may be
 *   recursive: at the second level, anything is allowed
 * @returns {any}
 * @throws {Error} with a component that refers to itself although it may not, or for too many references
 */
export function resolved(document, part, references) {
  return within(part, [], false);

  /** @type {(part: any, trail: readonly string[], isNamed: boolean) => any} */
  function within(part, trail, isNamed) {
    if (Array.isArray(part)) return part.map((entry) => within(entry, trail, false));
    if (typeof part !== 'object' || part === null) return part;
    if (typeof part.$ref === 'string' && !isNamed) {
      const target = referred(part.$ref, trail);
      if (!hasKeywordsBeside(document, part)) return target;
      const { $ref, ...beside } = part;
      return { allOf: [target, within(beside, trail, false)] };
    }
    const members = Object.entries(part)
      .filter(([key]) => isNamed || !(ANNOTATIONS.includes(key) || TARGETS.includes(key)))
      .map(([key, value]) => {
        const isValue = !isNamed && VALUES.includes(key);
        return [key, isValue ? value : within(value, trail, !isNamed && NAMED.includes(key))];
      });
    return Object.fromEntries(members);
  }

  /** @type {(reference: string, trail: readonly string[]) => any} */
  function referred(reference, trail) {
    const refersToItself = trail.includes(reference);
    if (references === undefined) {
      if (refersToItself) throw new Error(`${reference} refers to itself through ${trail.join(', ')}`);
    } else {
      if (references.left === 0)
        throw new Error(`its components refer to one another in too many ways, by ${reference}`);
      references.left -= 1;
      if (refersToItself) return {};
    }
    return within(targetOf(document, reference), [...trail, reference], false);
  }
}

/**
 * Makes members optional that are never sent in this direction (OpenAPI 3, `readOnly`, `writeOnly`).
 *
 * @param {any} part
 * @param {'readOnly' | 'writeOnly'} unsent
 * @returns {any}
 */
export function withoutUnsent(part, unsent) {
  if (Array.isArray(part)) return part.map((one) => withoutUnsent(one, unsent));
  if (typeof part !== 'object' || part === null) return part;
  const members = Object.entries(part).map(([key, value]) => [key, withoutUnsent(value, unsent)]);
  const { required, properties } = part;
  if (!Array.isArray(required) || !properties) return Object.fromEntries(members);
  const sent = required.filter((name) => !Object.hasOwn(properties, name) || properties[name]?.[unsent] !== true);
  return { ...Object.fromEntries(members), required: sent };
}

/**
 * Whether a schema has keywords next to its reference that apply, as in OpenAPI 3.1 and later.
 *
 * @param {any} document
 * @param {object} schema
 */
export function hasKeywordsBeside({ openapi }, schema) {
  const names = Object.keys(schema);
  return names.length > 1 && /^3\.[1-9]/.test(openapi) && names.some((key) => key !== '$ref' && !isText(key));
}

/** @param {string} key */
function isText(key) {
  return (
    ANNOTATIONS.includes(key) || TARGETS.includes(key) || ['title', 'summary'].includes(key) || key.startsWith('x-')
  );
}

/**
 * Returns the target of a reference.
 *
 * @param {any} document
 * @param {string} reference
 * @returns {any}
 */
export function targetOf(document, reference) {
  const [, ...steps] = reference.split('/').map(unescaped);
  const target = steps.reduce(
    (found, step) => (Object.hasOwn(Object(found), step) ? found[step] : undefined),
    document,
  );
  if (target === undefined) throw new Error(`the reference ${reference} cannot be resolved`);
  return target;
}

/**
 * Decodes a step of a JSON pointer in a URL (RFC 6901, section 6).
 *
 * @param {string} step
 */
function unescaped(step) {
  return decodeURIComponent(step.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}
