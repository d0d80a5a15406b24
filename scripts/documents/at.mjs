// @ts-check

/** A member of an object, made where there is none. @param {any} target @param {string} key */
export function at(target, key) {
  target[key] ??= {};
  return target[key];
}
