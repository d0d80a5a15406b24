// @ts-check
import { readFile } from 'node:fs/promises';
import { UserError } from './comparison.mjs';

/**
 * A correction for a source: something it does not declare, or that the vendor corrects elsewhere.
 *
 * @typedef {object} Fact
 * @property {string | string[]} at paths to members. Steps are a name, `*` for all, or `in=path` for those with that value; a final
 *   `+` adds an entry to a list
 * @property {unknown} [value] without it, the member is removed
 * @property {string} reason
 */

/**
 * Reads the corrections for a document.
 *
 * @param {string} name
 * @returns {Promise<Fact[]>}
 */
export async function factsOf(name) {
  return readFile(new URL(`${name}.json`, import.meta.url), 'utf8').then(JSON.parse, () => []);
}

/**
 * Applies corrections to a document.
 *
 * @param {any} document
 * @param {readonly Fact[]} facts
 * @throws {UserError} with an outdated correction, for a member that the document doesn't have
 */
export function correct(document, facts) {
  for (const { at, value } of facts) for (const way of [at].flat()) change(document, way, value);
}

/**
 * @param {any} document
 * @param {string} way
 * @param {unknown} value
 */
function change(document, way, value) {
  const steps = way.split(' ');
  const last = /** @type {string} */ (steps.pop());
  const parents = steps.reduce((parts, step) => parts.flatMap((part) => after(part, step)), [document]);
  const isKnown = (/** @type {any} */ parent) => value !== undefined || parent[last] !== undefined;
  if (!parents.some(isKnown)) throw new UserError(`The document has no \`${way}\` to correct.`);
  for (const parent of parents) {
    if (last === '+') parent.push(value);
    else if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
}

/**
 * @param {any} part
 * @param {string} step
 * @returns {any[]}
 */
function after(part, step) {
  if (step === '*') return Object.values(part);
  const [key = '', wanted] = step.split('=');
  if (wanted === undefined) return part[key] === undefined ? [] : [part[key]];
  return [part].flat().filter((one) => one[key] === wanted);
}
