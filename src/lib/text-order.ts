/**
 * Compares two texts by code point, like databases do (`COLLATE "C"`, SQLite's BINARY). JavaScript compares UTF-16 code
 * units, which sorts characters beyond U+FFFF before those from U+E000 on.
 *
 * @returns a negative number if the first comes first, 0 if they are equal
 */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [unit, otherUnit] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (unit !== otherUnit) return rank(unit) - rank(otherUnit);
  }
  return a.length - b.length;
}

/** Ranks surrogates after all other code units, because they encode the characters beyond U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
