// @ts-check
import { at } from './at.mjs';
import { asVersion, isLater } from './deprecated.mjs';
import { pruned } from './pruned.mjs';

/**
 * Restricts a part of a document to one profile. Removes the members, list entries and enum values (`x-enum-profiles`) of
 * other profiles; for values and properties, `x-other-versions` lists the profiles that have them.
 *
 * @param {any} part
 * @param {string} profile
 * @returns {any}
 */
export function restricted(part, profile) {
  const isOfOthers = (/** @type {any} */ value) => value?.['x-profiles']?.includes(profile) === false;
  if (Array.isArray(part)) return part.filter((entry) => !isOfOthers(entry)).map((entry) => restricted(entry, profile));
  if (typeof part !== 'object' || part === null) return part;
  const { 'x-profiles': _, 'x-enum-profiles': enumProfiles = {}, ...members } = part;
  const kept = Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => !isOfOthers(value))
      .map(([key, value]) => [key, restricted(value, profile)]),
  );
  const values = Object.entries(enumProfiles).filter(([, profiles]) => !profiles.includes(profile));
  if (values.length > 0) {
    kept.enum = part.enum.filter((/** @type {any} */ value) => values.every(([name]) => name !== value));
    kept['x-other-versions'] = Object.fromEntries(values);
  }
  const lost = Object.entries(part.properties ?? {}).filter(([, property]) => isOfOthers(property));
  if (lost.length > 0) {
    kept['x-other-versions'] = Object.fromEntries(lost.map(([name, property]) => [name, property['x-profiles']]));
    const names = lost.map(([name]) => name);
    if (part.required !== undefined)
      kept.required = part.required.filter((/** @type {string} */ name) => !names.includes(name));
  }
  return asOneArray(kept);
}

/**
 * Merges arrays in an `allOf` into one array, because tools such as Specmatic expect objects there.
 *
 * @param {any} schema
 * @returns {any}
 */
function asOneArray({ allOf, ...rest }) {
  if (allOf === undefined) return rest;
  if (!allOf.every((/** @type {any} */ { type }) => type === 'array')) return { ...rest, allOf };
  const items = Object.assign({}, ...allOf.map((/** @type {any} */ array) => array.items));
  return { ...rest, ...Object.assign({}, ...allOf), items };
}

/**
 * Returns all profiles in a document.
 *
 * @param {any} part
 * @returns {string[]}
 */
function profilesNamed(part) {
  if (typeof part !== 'object' || part === null) return [];
  const own = [...(part['x-profiles'] ?? []), ...Object.values(part['x-enum-profiles'] ?? {}).flat()];
  return [...own, ...Object.values(part).flatMap(profilesNamed)];
}

/**
 * Returns the document of each profile, if operations list their profiles (`x-profiles`): with that profile's operations
 * and components, the profile as its version, and a list of operations that only other profiles have, or that this version
 * or an earlier one removed (`x-removed`).
 *
 * @param {any} merged
 * @returns {[profile: string, document: object][]}
 */
export function profilesOf({ 'x-removed': removed = [], ...merged }) {
  const operations = Object.entries(merged.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation, profiles: operation['x-profiles'] })),
  );
  const profiles = [...new Set(operations.flatMap((one) => one.profiles ?? []))];
  const unknown = profilesNamed(merged).find((name) => !profiles.includes(name));
  if (unknown !== undefined)
    throw new Error(
      `x-profiles has \`${unknown}\`, which is not the profile of any operation. Expected one of ${profiles}.`,
    );
  return profiles.map((profile) => {
    const paths = {};
    const otherVersions = [];
    for (const { path, method, operation, profiles: own } of operations) {
      if (own === undefined || own.includes(profile)) at(paths, path)[method] = operation;
      else {
        const replacedBy = isLater(profile, own) ? operation['x-replaced-by'] : undefined;
        otherVersions.push({ method: method.toUpperCase(), path, profiles: own, ...(replacedBy && { replacedBy }) });
      }
    }
    for (const { since, ...operation } of removed) {
      if (!isLater(since, [profile])) otherVersions.push({ ...operation, profiles: [], removedIn: since });
    }
    const whole = { ...restricted({ ...merged, paths }, profile), 'x-other-versions': otherVersions };
    return [profile, pruned(asVersion(whole, profile))];
  });
}
