/** The meanings of the certainties as in docs/reference/coverage.md, from most to least certain. */
const MEANINGS = {
  documented: 'the vendor says so',
  implied: 'it follows from what the vendor says',
  observed: 'seen in published clients or recorded traffic',
  inferred: 'the most plausible reading, where the documentation is silent',
  contradicted: 'the documentation says two things; the mock follows one',
  ours: 'no source at all',
  unknown: 'nothing is known about it',
} as const;

type Certainty = keyof typeof MEANINGS;
const ORDER = Object.keys(MEANINGS);

export function describeCertainty(certainty: Certainty): string {
  return `${certainty}: ${MEANINGS[certainty]}`;
}

/** Returns the least certain of several sources; `unknown` if there is none. */
export function leastCertain(sources: readonly { readonly certainty: Certainty }[]): Certainty {
  const [least] = sources.toSorted((a, b) => ORDER.indexOf(b.certainty) - ORDER.indexOf(a.certainty));
  return least?.certainty ?? 'unknown';
}
