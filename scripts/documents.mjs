// @ts-check
/** Merges the OpenAPI files of each service into the one document that is served and validated against. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';

const SOURCE = new URL('../openapi/', import.meta.url);
const TARGET = new URL('../dist/openapi/', import.meta.url);

/** @typedef {{ name: string, document: any }} Fragment */

/**
 * One document of all fragments. Members that several of them have must be deeply equal.
 *
 * @param {Fragment[]} fragments
 * @throws {Error} naming the member and both files, when two differ
 */
export function mergeDocuments(fragments) {
  /** @type {Map<string, string>} */
  const origins = new Map();
  const merged = {};
  for (const { name, document } of fragments) {
    for (const key of ['openapi', 'info', 'servers', 'security']) put(merged, key, document[key], key, name);
    for (const tag of document.tags ?? []) put(at(merged, 'tagsByName'), tag.name, tag, `tag ${tag.name}`, name);
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const where = `${method.toUpperCase()} ${path}`;
        if (origins.has(where)) throw new Error(`${where} is in ${origins.get(where)} and in ${name}`);
        put(at(at(merged, 'paths'), path), method, operation, where, name);
      }
    }
    for (const [kind, components] of Object.entries(document.components ?? {})) {
      for (const [id, component] of Object.entries(components)) {
        put(at(at(merged, 'components'), kind), id, component, `components/${kind}/${id}`, name);
      }
    }
  }
  const { tagsByName, openapi, info, servers, security, paths, components } = /** @type {any} */ (merged);
  const tags = Object.values(tagsByName ?? {});
  return { openapi, info, servers, security, tags, paths: { ...paths, ...aliasesOf(paths, fragments) }, components };

  /** @type {(target: any, key: string, value: unknown, what: string, file: string) => void} */
  function put(target, key, value, what, file) {
    if (Object.hasOwn(target, key) && !isDeepStrictEqual(target[key], value)) {
      throw new Error(`${what} differs between ${origins.get(what)} and ${file}`);
    }
    if (!origins.has(what)) origins.set(what, file);
    target[key] = value;
  }
}

/**
 * Operations that the vendor answers under a second path as well. A fragment asks for them by `x-aliases`: what the paths
 * start with, what their aliases start with, and the parameters and answers that this adds.
 *
 * @param {Record<string, Record<string, any>>} paths
 * @param {Fragment[]} fragments
 */
function aliasesOf(paths, fragments) {
  const rules = fragments.flatMap(({ document }) => document['x-aliases'] ?? []);
  const aliases = rules.flatMap(({ path: start, alias, parameters, responses }) =>
    Object.entries(paths)
      .filter(([path]) => path.startsWith(`${start}/`))
      .map(([path, item]) => [
        path.replace(start, alias),
        Object.fromEntries(
          Object.entries(item).map(([method, operation]) => [
            method,
            {
              ...operation,
              operationId: `${operation.operationId}_alias`,
              'x-alias-of': operation.operationId,
              parameters: [...parameters, ...(operation.parameters ?? [])],
              ...(responses !== undefined && { responses: { ...responses, ...operation.responses } }),
            },
          ]),
        ),
      ]),
  );
  for (const [path] of /** @type {[string, unknown][]} */ (aliases)) {
    if (path in paths) throw new Error(`${path} is written, and an alias at the same time`);
  }
  return Object.fromEntries(aliases);
}

/** @param {any} target @param {string} key */
function at(target, key) {
  target[key] ??= {};
  return target[key];
}

/**
 * A part of a document as one profile has it. Members, entries of lists and enumerated values (`x-enum-profiles`) that
 * only others have are left out; of values and of properties it is noted who has them (`x-other-versions`).
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
  return kept;
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
 * The document of each profile, where operations name the profiles that have them (`x-profiles`): with those of the
 * profile, and beside them a list of what only others have.
 *
 * @param {any} merged
 * @returns {[profile: string, document: object][]}
 */
export function profilesOf(merged) {
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
      else otherVersions.push({ method: method.toUpperCase(), path, profiles: own });
    }
    return [profile, { ...restricted({ ...merged, paths }, profile), 'x-other-versions': otherVersions }];
  });
}

/** Writes the merged document of every service to dist/openapi. */
export async function buildDocuments() {
  await mkdir(TARGET, { recursive: true });
  /** @type {string[]} */
  const written = [];
  /** @type {(name: string, document: object) => Promise<void>} */
  const write = async (name, document) => {
    written.push(`${name}.json`);
    await writeFile(new URL(`${name}.json`, TARGET), JSON.stringify(document));
  };
  const services = await readdir(SOURCE, { withFileTypes: true });
  for (const service of services.filter((entry) => entry.isDirectory())) {
    const folder = new URL(`${service.name}/`, SOURCE);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    const fragments = await Promise.all(
      names.map(async (name) => ({
        name: `openapi/${service.name}/${name}`,
        document: JSON.parse(await readFile(new URL(name, folder), 'utf8')),
      })),
    );
    const merged = mergeDocuments(fragments);
    await write(service.name, merged);
    for (const [profile, document] of profilesOf(merged)) await write(`${service.name}.${profile}`, document);
  }
  const old = (await readdir(TARGET)).filter((file) => !written.includes(file));
  await Promise.all(old.map((file) => rm(new URL(file, TARGET))));
}
