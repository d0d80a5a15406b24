/**
 * The first rows of a page: as many as have bodies with so many characters together, but one at least.
 *
 * @param sizeOf how many characters the body of a row has
 * @param most as in `PageQuery`
 */
export function withRoom<Its>(
  rows: readonly Its[],
  sizeOf: (row: Its) => number,
  most = Number.POSITIVE_INFINITY,
): readonly Its[] {
  let characters = 0;
  const end = rows.findIndex((row, index) => {
    characters += sizeOf(row);
    return characters > most && index > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
