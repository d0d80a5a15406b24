// @ts-check

/** Members that tell people about a part, and do not change requests or answers. */
const WORDS = ['description', 'summary', 'title', 'example', 'examples', 'tags', 'operationId', 'externalDocs'];

/** Members whose own members are names, not keywords. */
const NAMED = ['properties', 'patternProperties', 'content', 'headers', 'responses'];

/** Members that are values: anything in them that looks like a keyword is not one. */
const VALUES = ['enum', 'const', 'default'];

/** Members whose entries have no order. */
const UNORDERED = ['required', 'enum', 'parameters'];

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/**
 * One operation of a document.
 *
 * @typedef {{ name: string, path: string, method: string, operation: any }} Operation
 */

/**
 * The operations of a document by name, such as `GET /api/v1/users`. The parameters of a path belong to each of its
 * operations.
 *
 * @param {any} document
 * @returns {Map<string, Operation>}
 */
export function operationsOf(document) {
  const all = Object.entries(document.paths).flatMap(([path, item]) => {
    const shared = item?.parameters ?? [];
    return METHODS.filter((method) => item?.[method] !== undefined).map((method) => {
      const name = `${method.toUpperCase()} ${path}`;
      const own = item[method];
      const parameters = [...shared, ...(own.parameters ?? [])];
      const operation = { ...own, ...(parameters.length > 0 && { parameters }) };
      return /** @type {const} */ ([name, { name, path, method, operation }]);
    });
  });
  return new Map(all);
}

/**
 * The members of an operation that differ between two documents, such as `parameters` and `responses 200`. Words and
 * order are ignored.
 *
 * @param {any} one
 * @param {any} other
 * @param {string} name of the operation, which both have
 * @returns {string[]}
 */
export function differencesOf(one, other, name) {
  const [its, theirs] = [operationsOf(one).get(name)?.operation, operationsOf(other).get(name)?.operation];
  const isSame = sameIn(one, other);
  const statuses = new Set([...Object.keys(its.responses ?? {}), ...Object.keys(theirs.responses ?? {})]);
  return [
    ...['parameters', 'requestBody'].filter((key) => !isSame(its[key], theirs[key], key)),
    ...[...statuses].filter((key) => !isSame(its.responses?.[key], theirs.responses?.[key], '')).map((key) => `${key}`),
  ];
}

/**
 * Compares parts of two documents, references resolved. A pair of references that is being compared already counts as
 * equal, so that schemas may refer to themselves.
 *
 * @param {any} one
 * @param {any} other
 */
function sameIn(one, other) {
  /** @type {Set<string>} */
  const compared = new Set();
  return isSame;

  /** @type {(its: any, theirs: any, key: string, isNamed?: boolean) => boolean} */
  function isSame(its, theirs, key, isNamed = false) {
    if (!isNamed && (refersIn(its) || refersIn(theirs))) {
      const pair = `${its?.$ref} ${theirs?.$ref}`;
      if (refersIn(its) && refersIn(theirs)) {
        if (compared.has(pair)) return true;
        compared.add(pair);
      }
      return isSame(target(one, its), target(other, theirs), key);
    }
    if (typeof its !== 'object' || typeof theirs !== 'object' || its === null || theirs === null) return its === theirs;
    if (Array.isArray(its) && Array.isArray(theirs)) return isSameList(its, theirs, key);
    if (Array.isArray(its) !== Array.isArray(theirs)) return false;
    const names = [...new Set([...Object.keys(its), ...Object.keys(theirs)])];
    return names
      .filter((name) => isNamed || !(WORDS.includes(name) || name.startsWith('x-')))
      .every((name) => isSame(its[name], theirs[name], name, !isNamed && NAMED.includes(name)));
  }

  /** @type {(its: any[], theirs: any[], key: string) => boolean} */
  function isSameList(its, theirs, key) {
    if (its.length !== theirs.length) return false;
    const [left, right] = UNORDERED.includes(key) ? [sorted(one, its), sorted(other, theirs)] : [its, theirs];
    return left.every((entry, at) => isSame(entry, right[at], VALUES.includes(key) ? 'value' : ''));
  }
}

/** @param {any} part */
function refersIn(part) {
  return typeof part?.$ref === 'string';
}

/**
 * @param {any} document
 * @param {any} part
 * @returns {any}
 */
function target(document, part) {
  return refersIn(part) ? target(document, componentOf(document, part.$ref)) : part;
}

/**
 * What a reference refers to.
 *
 * @param {any} document
 * @param {string} reference
 * @throws {Error} naming a reference that leads nowhere
 */
export function componentOf(document, reference) {
  const steps = reference.split('/').slice(1);
  const found = steps.reduce((part, step) => part?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  if (!reference.startsWith('#/') || found === undefined) {
    throw new Error(`the reference \`${reference}\` leads to nothing in this file`);
  }
  return found;
}

/**
 * @param {any} document
 * @param {any[]} entries
 */
function sorted(document, entries) {
  const nameOf = (/** @type {any} */ entry) => {
    const found = target(document, entry);
    return typeof found === 'object' && found !== null ? `${found.in} ${found.name}` : String(found);
  };
  return [...entries].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
