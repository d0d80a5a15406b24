// @ts-check

/** Annotations that tell people about a part of a document, and mean nothing to the server. */
const ANNOTATIONS = ['description', 'example', 'examples', 'x-type'];

/** Members whose own members are names, not keywords. */
const NAMED = ['properties', 'patternProperties', 'content', 'headers'];

/** Members that are values: anything in them that looks like a keyword is not one. */
const VALUES = ['enum', 'const', 'default', 'x-other-versions'];

/**
 * A part of a document, with each reference replaced by what it refers to, and without annotations.
 *
 * @param {any} document
 * @param {any} part
 * @param {{ left: number }} [references] how many a document of somebody else may have in all of its parts. Its components
 *   may refer to themselves: the second time, anything is allowed
 * @returns {any}
 * @throws {Error} naming a component that refers to itself and may not, because that would never end; or one reference
 *   too many
 */
export function resolved(document, part, references) {
  return within(part, [], false);

  /** @type {(part: any, trail: readonly string[], isNamed: boolean) => any} */
  function within(part, trail, isNamed) {
    if (Array.isArray(part)) return part.map((entry) => within(entry, trail, false));
    if (typeof part !== 'object' || part === null) return part;
    if (typeof part.$ref === 'string' && !isNamed) return referred(part.$ref, trail);
    const members = Object.entries(part)
      .filter(([key]) => isNamed || !ANNOTATIONS.includes(key))
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
      if (refersToItself) throw new Error(`${reference} refers to itself, by ${trail.join(', ')}`);
    } else {
      if (refersToItself) return {};
      if (references.left === 0)
        throw new Error(`its components refer to one another in too many ways, by ${reference}`);
      references.left -= 1;
    }
    return within(targetOf(document, reference), [...trail, reference], false);
  }
}

/**
 * What a reference refers to.
 *
 * @param {any} document
 * @param {string} reference
 * @returns {any}
 */
export function targetOf(document, reference) {
  const [, ...steps] = reference.split('/');
  const names = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = names.reduce((found, name) => found?.[name], document);
  if (target === undefined) throw new Error(`${reference} is referred to, and is not there`);
  return target;
}
