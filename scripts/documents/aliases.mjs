// @ts-check

/**
 * Returns aliases of operations, which the vendor also serves at a second path. A fragment defines them with `x-aliases`: the
 * prefix of the paths, the prefix of their aliases, and additional parameters and responses. Paths that start with one
 * of `except` have no alias. If paths have several aliases, each has a `name`, which becomes part of its operation ids.
 *
 * @param {Record<string, Record<string, any>>} paths
 * @param {import('./merge.mjs').Fragment[]} fragments
 */
export function aliasesOf(paths, fragments) {
  const rules = fragments.flatMap(({ document }) => document['x-aliases'] ?? []);
  const aliases = rules.flatMap(({ path: start, alias, except = [], name = '', parameters, responses }) =>
    Object.entries(paths)
      .filter(
        ([path]) => path.startsWith(`${start}/`) && !except.some((/** @type {string} */ one) => path.startsWith(one)),
      )
      .map(([path, item]) => [
        path.replace(start, alias),
        Object.fromEntries(
          Object.entries(item).map(([method, operation]) => [
            method,
            {
              ...operation,
              operationId: `${operation.operationId}${name === '' ? '' : `_${name}`}_alias`,
              'x-alias-of': operation.operationId,
              parameters: [...parameters, ...(operation.parameters ?? [])],
              ...(responses !== undefined && { responses: { ...responses, ...operation.responses } }),
            },
          ]),
        ),
      ]),
  );
  for (const [path] of /** @type {[string, unknown][]} */ (aliases)) {
    if (path in paths) throw new Error(`${path} is both a path and an alias`);
  }
  return Object.fromEntries(aliases);
}
