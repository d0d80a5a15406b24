// @ts-check
import { readFile } from 'node:fs/promises';
import { Unusable } from './comparison.mjs';

/**
 * A fact that a source does not declare, or that its vendor corrects elsewhere.
 *
 * @typedef {object} Fact
 * @property {string | string[]} at the ways to members, in steps: a name; `*` for all; `in=path` for those that have it;
 *   `+` at the end for one more entry of a list
 * @property {unknown} [value] without one the member is removed
 * @property {string} reason
 */

/**
 * The facts that are known of a document.
 *
 * @param {string} name
 * @returns {Promise<Fact[]>}
 */
export async function factsOf(name) {
  return readFile(new URL(`${name}.json`, import.meta.url), 'utf8').then(JSON.parse, () => []);
}

/**
 * Changes a document by facts.
 *
 * @param {any} document
 * @param {readonly Fact[]} facts
 * @throws {Unusable} naming a fact whose place is not in the document: the fact is out of date
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
  // A text that is split has a last part.
  const last = /** @type {string} */ (steps.pop());
  const parents = steps.reduce((parts, step) => parts.flatMap((part) => after(part, step)), [document]);
  const isKnown = (/** @type {any} */ parent) => value !== undefined || parent[last] !== undefined;
  if (!parents.some(isKnown)) throw new Unusable(`There is no \`${way}\` to correct.`);
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
