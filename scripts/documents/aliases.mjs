// @ts-check

/**
 * Operations that the vendor answers under a second path, too. A fragment requests them with `x-aliases`: the beginning
 * of the paths, the beginning of their aliases, and the parameters and answers that this adds. Paths that begin with one
 * of `except` have no alias. Where the same paths have several aliases, each has a `name`, which is a part of its
 * operation ids.
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
    if (path in paths) throw new Error(`${path} is written, and an alias at the same time`);
  }
  return Object.fromEntries(aliases);
}
