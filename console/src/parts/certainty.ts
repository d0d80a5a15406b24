/** Meanings of the certainties, as in docs/reference/coverage.md. */
const MEANINGS = {
  documented: 'the vendor says so',
  implied: 'it follows from what the vendor says',
  observed: 'seen in published clients or recorded traffic',
  inferred: 'the most plausible reading, where the documentation is silent',
  contradicted: 'the documentation says two things; the mock follows one',
  ours: 'no source at all',
  unknown: 'nothing is known about it',
} as const;

/** Returns a certainty with its meaning. */
export function describeCertainty(certainty: keyof typeof MEANINGS): string {
  return `${certainty}: ${MEANINGS[certainty]}`;
}
