// @ts-check

/** Returns a member of an object, created if missing. @param {any} target @param {string} key */
export function at(target, key) {
  target[key] ??= {};
  return target[key];
}
