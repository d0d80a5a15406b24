// @ts-check

/** Components that operations refer to in `security`, without `$ref`. */
const SCHEMES = 'securitySchemes';

/**
 * Removes components and tags that nothing uses, directly or through other components.
 *
 * @param {any} document
 * @returns {any}
 */
export function pruned(document) {
  const unused = unusedIn(document);
  const components = Object.entries(document.components ?? {}).map(([kind, named]) => {
    const kept = Object.entries(named).filter(([name]) => !unused.includes(`${kind}/${name}`));
    return /** @type {const} */ ([kind, Object.fromEntries(kept)]);
  });
  const isUsed = (/** @type {any} */ { name }) => !unused.includes(`tags/${name}`);
  return {
    ...document,
    ...(document.tags !== undefined && { tags: document.tags.filter(isUsed) }),
    components: Object.fromEntries(components.filter(([, named]) => Object.keys(named).length > 0)),
  };
}

/**
 * Returns the unused components and tags, such as `schemas/Ball` and `tags/Toys`.
 *
 * @param {any} document
 * @returns {string[]}
 */
export function unusedIn(document) {
  const { components = {}, tags = [], ...rest } = document;
  const operations = Object.values(rest.paths).flatMap((item) => Object.values(item));
  const requirements = [rest, ...operations].flatMap(({ security = [] }) => security);
  const used = new Set([
    ...requirements.flatMap((one) => Object.keys(one).map((name) => `${SCHEMES}/${name}`)),
    ...operations.flatMap((one) => (one.tags ?? []).map((/** @type {string} */ name) => `tags/${name}`)),
  ]);
  const waiting = [rest];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    for (const name of referencesIn(part)) {
      if (used.has(name)) continue;
      used.add(name);
      const [kind = '', id = ''] = name.split('/');
      waiting.push(components[kind]?.[id]);
    }
  }
  const ids = Object.entries(components).flatMap(([kind, named]) => Object.keys(named).map((id) => `${kind}/${id}`));
  return [...ids, ...tags.map((/** @type {any} */ { name }) => `tags/${name}`)].filter((id) => !used.has(id));
}

/**
 * Returns the components that a part of a document refers to, such as `schemas/Ball`.
 *
 * @param {any} part
 * @returns {string[]}
 */
function referencesIn(part) {
  if (typeof part !== 'object' || part === null) return [];
  const own = typeof part.$ref === 'string' ? [part.$ref.replace('#/components/', '')] : [];
  return [...own, ...Object.values(part).flatMap(referencesIn)];
}
