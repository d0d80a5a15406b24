/**
 * The first rows of a page: as many as have texts with so many characters together, but one at least.
 *
 * @param most as in `PageQuery`
 */
export function withRoom<Stored extends { readonly body: string }>(
  rows: readonly Stored[],
  most = Number.POSITIVE_INFINITY,
): readonly Stored[] {
  let characters = 0;
  const end = rows.findIndex(({ body }, index) => {
    characters += body.length;
    return characters > most && index > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
