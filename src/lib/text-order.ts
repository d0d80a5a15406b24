/** Compares by code point, like databases do. JavaScript compares UTF-16 code units, and so surrogates too early. */
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
