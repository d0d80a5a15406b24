// @ts-check
import { compareDocuments, createSource } from '../../conformance/reference/comparison.mjs';

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
 * Compares two documents as `verify` does.
 *
 * @param {any} theirs
 * @param {any} ours
 * @returns {Promise<(name: string) => string[]>} the parts of an operation in which they differ, such as
 *   `query verbose: parameter`; names and words are no difference
 */
export async function differencesOf(theirs, ours) {
  const { differences } = await compareDocuments(createSource(theirs, 'the document'), createSource(ours, 'ours'));
  const noticed = differences.filter((one) => one.class !== 'information');
  return (name) =>
    noticed
      .filter(({ id }) => id.startsWith(`${name} `) || id.startsWith(`${name}: `))
      .map(({ id }) => id.slice(name.length).replace(/^[ :]+/, ''));
}
