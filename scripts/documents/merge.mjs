// @ts-check
import { isDeepStrictEqual } from 'node:util';
import { aliasesOf } from './aliases.mjs';
import { at } from './at.mjs';

/** @typedef {{ name: string, document: any }} Fragment */

/**
 * Merges all fragments into one document. Members in several fragments must be deeply equal, except error bodies
 * (`x-errors`) and removed operations (`x-removed`), which are concatenated.
 *
 * @param {Fragment[]} fragments
 * @throws {Error} with the member and both files, if two differ
 */
export function mergeDocuments(fragments) {
  /** @type {Map<string, string>} */
  const origins = new Map();
  const merged = {};
  /** @type {unknown[]} */
  const errors = [];
  /** @type {unknown[]} */
  const removed = [];
  for (const { name, document } of fragments) {
    for (const key of ['openapi', 'info', 'servers', 'security']) put(merged, key, document[key], key, name);
    errors.push(...(document['x-errors'] ?? []));
    removed.push(...(document['x-removed'] ?? []));
    for (const tag of document.tags ?? []) put(at(merged, 'tagsByName'), tag.name, tag, `tag ${tag.name}`, name);
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const where = `${method.toUpperCase()} ${path}`;
        if (origins.has(where)) throw new Error(`${where} is in both ${origins.get(where)} and ${name}`);
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
  return {
    openapi,
    info,
    servers,
    security,
    tags,
    paths: { ...paths, ...aliasesOf(paths, fragments) },
    components,
    ...(errors.length > 0 && { 'x-errors': errors }),
    ...(removed.length > 0 && { 'x-removed': removed }),
  };

  /** @type {(target: any, key: string, value: unknown, what: string, file: string) => void} */
  function put(target, key, value, what, file) {
    if (Object.hasOwn(target, key) && !isDeepStrictEqual(target[key], value)) {
      throw new Error(`${what} differs between ${origins.get(what)} and ${file}`);
    }
    if (!origins.has(what)) origins.set(what, file);
    target[key] = value;
  }
}
