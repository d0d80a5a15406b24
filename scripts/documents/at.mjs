// @ts-check

/** A member of an object, created if it is missing. @param {any} target @param {string} key */
export function at(target, key) {
  target[key] ??= {};
  return target[key];
}
