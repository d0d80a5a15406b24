/** Inputs that are known to be worse than linear and being mended. Empty is what it should be. */
const AWAITED: readonly RegExp[] = [
  // Every name of a form is looked for among all names.
  /number of members|text of a form/,
  // Lists look for a text in names in a way that depends on both.
  /in long names/,
  // Parties of an authorization are compared each with all.
  /number of authorizedParties/,
  // Topologies are read by expressions that go back.
  /body content/,
];

export function awaited(sentence: string): boolean {
  return AWAITED.some((known) => known.test(sentence));
}
