/** How sure a row of a ruleset is, as the page of what is covered explains it. */
const MEANINGS = {
  documented: 'the vendor says so',
  implied: 'it follows from what the vendor says',
  observed: 'it was seen in published clients or in captures',
  inferred: 'it is the most plausible reading where the documents are silent',
  contradicted: 'the documents say two things, and this is the one that the mock follows',
  ours: 'no source says it: the mock chose it',
  unknown: 'nothing is known about it',
} as const;

/** A certainty, and what the word means. */
export function certaintyText(certainty: keyof typeof MEANINGS): string {
  return `${certainty}: ${MEANINGS[certainty]}`;
}
