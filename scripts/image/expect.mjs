// @ts-check
/** What a check of the image finds. */
import { isDeepStrictEqual } from 'node:util';

/** Something is not as it should be. */
export class Bad extends Error {}

/** Something cannot be checked here. */
export class Skipped extends Error {}

/** @param {string} what @param {unknown} got @param {unknown} expected @throws Bad */
export function is(what, got, expected) {
  if (!isDeepStrictEqual(got, expected)) throw new Bad(`${what}: got ${shown(got)}, expected ${shown(expected)}`);
}

/** @param {string} what @param {string} got @param {RegExp} expected @throws Bad */
export function matches(what, got, expected) {
  if (!expected.test(got)) throw new Bad(`${what}: got ${shown(got)}, expected ${expected}`);
}

/** On one line. @param {unknown} value */
function shown(value) {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
