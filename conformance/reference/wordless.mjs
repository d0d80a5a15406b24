// @ts-check

/** Members that are texts for people, or that only the vendor's own tools read. */
const WORDS = ['description', 'summary', 'title', 'tags', 'example', 'examples', 'externalDocs', 'deprecated', 'xml'];
/** Members whose own members are names, not keywords. */
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
/** Members that are values: anything in them that looks like a keyword is not one. */
const VALUES = ['enum', 'const', 'default'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/**
 * The interface in a document without its texts: those operations that are wanted, and the components that they use are
 * for others to find.
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
 * @param {boolean} [isNamed] Are its members named by the vendor?
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

/** OpenAPI demands a description of each response. @param {any} responses */
function described(responses) {
  const entries = Object.entries(responses);
  return Object.fromEntries(
    entries.map(([status, one]) => [status, '$ref' in one ? one : { description: '', ...one }]),
  );
}
