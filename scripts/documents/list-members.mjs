// @ts-check

/** @typedef {'boolean' | 'enum' | 'id' | 'number' | 'text' | 'time'} Kind */
/** @typedef {{ kind: Kind, profiles: readonly string[] | undefined }} Member */

/** A placeholder for the values of a parameter that are the members of results. */
const MARK = 'x-members-of-results';

/**
 * Returns the sortable members of list results, with their kinds. Objects and lists can't be sorted.
 *
 * @param {any} document
 * @returns {Record<string, Record<string, Member>>} by operation, without operations that have no results
 */
export function listMembersOf(document) {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const lists = operations.map((operation) => [operation.operationId, membersOf(document, operation)]);
  return Object.fromEntries(lists.filter(([, members]) => members !== null));
}

/**
 * Fills in the values of orderings: the members of each list's results, with and without a `-` prefix.
 *
 * @param {any} document
 * @returns {any}
 */
export function withOrderings(document) {
  const { parameters } = document.components ?? {};
  const marked = Object.entries(parameters ?? {}).filter(([, { schema }]) => schema?.[MARK] !== undefined);
  if (marked.length === 0) return document;
  const byRef = new Map(marked.map(([name, parameter]) => [`#/components/parameters/${name}`, parameter]));
  const given = (/** @type {any} */ operation) => {
    const members = Object.entries(membersOf(document, operation) ?? {});
    return operation.parameters.map((/** @type {any} */ one) => {
      const parameter = byRef.get(one.$ref);
      return parameter === undefined ? one : { ...parameter, schema: schemaOf(parameter.schema, members) };
    });
  };
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const operations = Object.entries(item).map(([method, operation]) => [
      method,
      operation.parameters === undefined ? operation : { ...operation, parameters: given(operation) },
    ]);
    return [path, Object.fromEntries(operations)];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

/**
 * @param {any} schema
 * @param {[name: string, member: Member][]} members
 */
function schemaOf({ [MARK]: _, ...schema }, members) {
  const values = members.flatMap(([name, { profiles }]) => [name, `-${name}`].map((value) => ({ value, profiles })));
  const only = values.filter(({ profiles }) => profiles !== undefined);
  return {
    ...schema,
    enum: values.map(({ value }) => value),
    ...(only.length > 0 && {
      'x-enum-profiles': Object.fromEntries(only.map(({ value, profiles }) => [value, profiles])),
    }),
  };
}

/**
 * @param {any} document
 * @param {any} operation
 * @returns {Record<string, Member> | null} null if its response has no results
 */
function membersOf(document, operation) {
  const resolve = (/** @type {any} */ schema) =>
    schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)];
  const answer = resolve(operation.responses?.['200']?.content?.['application/json']?.schema);
  const results = resolve(answer?.properties?.results?.items);
  if (results === undefined) return null;
  const members = Object.entries(results.properties).flatMap(([name, property]) => {
    const kind = kindOf(resolve(property));
    return kind === null ? [] : [[name, { kind, profiles: property['x-profiles'] }]];
  });
  return Object.fromEntries(members);
}

/**
 * @param {any} schema
 * @returns {Kind | null}
 */
function kindOf({ type, format, enum: values }) {
  if (type === 'boolean') return type;
  if (type === 'integer' || type === 'number') return 'number';
  if (type !== 'string') return null;
  if (format === 'date-time') return 'time';
  if (format === 'uuid') return 'id';
  return values === undefined ? 'text' : 'enum';
}
