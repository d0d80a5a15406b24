// @ts-check
import { compareDocuments, parseOpenApi } from '../../conformance/reference/comparison.mjs';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/**
 * An operation of a document.
 *
 * @typedef {{ name: string, path: string, method: string, operation: any }} Operation
 */

/**
 * Returns the operations of a document by name, such as `GET /api/v1/users`, including the parameters of their path.
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
 * Returns the target of a reference.
 *
 * @param {any} document
 * @param {string} reference
 * @throws {Error} if the reference can't be resolved
 */
export function componentOf(document, reference) {
  const steps = reference.split('/').slice(1);
  const found = steps.reduce((part, step) => part?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  if (!reference.startsWith('#/') || found === undefined) {
    throw new Error(`the reference \`${reference}\` cannot be resolved in this file`);
  }
  return found;
}

/**
 * Compares two documents as `verify` does.
 *
 * @param {any} theirs
 * @param {any} ours
 * @returns {Promise<(name: string) => string[]>} returns the differing parts of an operation, such as
 *   `query verbose: parameter`; names and texts are ignored
 */
export async function differencesOf(theirs, ours) {
  const { differences } = await compareDocuments(parseOpenApi(theirs, 'the document'), parseOpenApi(ours, 'ours'));
  const noticed = differences.filter((one) => one.class !== 'information');
  return (name) =>
    noticed
      .filter(({ id }) => id.startsWith(`${name} `) || id.startsWith(`${name}: `))
      .map(({ id }) => id.slice(name.length).replace(/^[ :]+/, ''));
}
