// @ts-check
import { at } from './at.mjs';
import { asVersion, isLater } from './deprecated.mjs';
import { pruned } from './pruned.mjs';

/**
 * A part of a document as one profile has it. Members, list entries and enumerated values (`x-enum-profiles`) that only
 * other profiles have are left out; for values and properties, the profiles that have them are noted
 * (`x-other-versions`).
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
 * Arrays in an `allOf`, as one array: tools such as Specmatic expect objects there.
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
 * Every profile that is named anywhere in a document.
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
 * The document of each profile, if operations name the profiles that have them (`x-profiles`): with that profile's
 * operations and the components that they use, the profile as its version, and a list of what only others have, or what
 * this version or an earlier one removed (`x-removed`).
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
    throw new Error(`x-profiles names \`${unknown}\`, which no operation has; there are ${profiles}`);
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
