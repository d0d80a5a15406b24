// @ts-check

/** Members with texts, or for the vendor's own tools. */
const WORDS = ['description', 'summary', 'title', 'tags', 'example', 'examples', 'externalDocs', 'deprecated', 'xml'];
/** Members with names as their members, not keywords. */
const NAMED = [
  'properties',
  'patternProperties',
  'content',
  'headers',
  'responses',
  'schemas',
  'parameters',
  'mapping',
];
/** Members with values, in which nothing is a keyword. */
const VALUES = ['enum', 'const', 'default'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/**
 * Returns the wanted operations of a document, and all components, without texts. Unused components are not removed.
 *
 * @param {any} document
 * @param {(method: string, path: string) => boolean} isWanted
 * @returns {{ paths: any, components: any, servers?: any, security?: any }}
 */
export function wordless({ paths, components = {}, servers, security }, isWanted) {
  const kept = Object.entries(paths).map(([path, item]) => [path, operationsOf(path, item, isWanted)]);
  const kinds = Object.entries(components).map(([kind, named]) => {
    const kept = facts(named, true);
    return [kind, kind === 'responses' ? described(kept) : kept];
  });
  return {
    ...(servers !== undefined && { servers: facts(servers) }),
    ...(security !== undefined && { security }),
    paths: Object.fromEntries(kept.filter(([, item]) => METHODS.some((method) => item[method] !== undefined))),
    components: Object.fromEntries(kinds),
  };
}

/**
 * @param {string} path
 * @param {any} item
 * @param {(method: string, path: string) => boolean} isWanted
 */
function operationsOf(path, item, isWanted) {
  const entries = Object.entries(item).filter(([key]) => !METHODS.includes(key) || isWanted(key, path));
  return facts(Object.fromEntries(entries));
}

/**
 * @param {any} part
 * @param {boolean} [isNamed] whether its members are names, not keywords
 * @returns {any}
 */
function facts(part, isNamed = false) {
  if (Array.isArray(part)) return part.map((one) => facts(one));
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.entries(part).filter(([key]) => isNamed || !(WORDS.includes(key) || key.startsWith('x-')));
  const entries = kept.map(([key, value]) => {
    if (!isNamed && VALUES.includes(key)) return [key, value];
    if (key === 'responses' && !isNamed) return [key, described(facts(value, true))];
    return [key, facts(value, !isNamed && NAMED.includes(key))];
  });
  return Object.fromEntries(entries);
}

/** Adds empty descriptions, which OpenAPI requires. @param {any} responses */
function described(responses) {
  const entries = Object.entries(responses);
  return Object.fromEntries(
    entries.map(([status, one]) => [status, '$ref' in one ? one : { description: '', ...one }]),
  );
}
