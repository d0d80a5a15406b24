/** Words that may be a secret, alone or joined to others by characters that secrets may also contain. */
const RUNS = /[A-Za-z0-9_-]{16,}/g;
const SEPARATORS = /[_-]/g;
/** The lengths of possible secrets. */
export const LEAST_WORD = 16;
const MOST_WORD = 128;
/** The most words of a secret that is joined to others: the limit keeps the search linear. */
const MOST_WORDS = 8;

/** Replaces every known word, and every known part of words joined by `-` or `_`. */
export function replaceKnownWords(
  text: string,
  isKnown: (word: string) => boolean,
  replace: (word: string) => string,
): string {
  if (text.length < LEAST_WORD) return text;
  return text.replace(RUNS, (run) => {
    if (run.length <= MOST_WORD && isKnown(run)) return replace(run);
    return replaceKnownParts(run, isKnown, replace);
  });
}

function replaceKnownParts(run: string, isKnown: (word: string) => boolean, replace: (word: string) => string): string {
  const separators = Array.from(run.matchAll(SEPARATORS), ({ index }) => index);
  if (separators.length === 0) return run;
  const ends = [...separators, run.length];
  const parts: string[] = [];
  let copied = 0;
  for (let first = 0; first < ends.length; first += 1) {
    const begin = (separators[first - 1] ?? -1) + 1;
    if (begin < copied) continue;
    const end = endOfKnown(run, begin, ends.slice(first, first + MOST_WORDS), isKnown);
    if (end === null) continue;
    parts.push(run.slice(copied, begin), replace(run.slice(begin, end)));
    copied = end;
  }
  return copied === 0 ? run : `${parts.join('')}${run.slice(copied)}`;
}

/** The longest part first, so that a secret that begins with another is replaced whole. */
function endOfKnown(
  run: string,
  begin: number,
  ends: readonly number[],
  isKnown: (word: string) => boolean,
): number | null {
  for (const end of ends.toReversed()) {
    const length = end - begin;
    if (length < LEAST_WORD) return null;
    if (length <= MOST_WORD && isKnown(run.slice(begin, end))) return end;
  }
  return null;
}
