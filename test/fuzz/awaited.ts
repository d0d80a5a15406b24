/** Violations that are known and being mended, each by what its sentence says. Empty is what it should be. */
export const AWAITED: readonly RegExp[] = [
  // A part of `minimum_resources` replaces the whole.
  /minimum_resources/,
  // A value of an enumeration that is called like a member of every object.
  /elsewhere\.join is not a function/,
  // NUL in a search.
  /SqliteError: unterminated string/,
];
