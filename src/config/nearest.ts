import leven from 'leven';

/** The valid name most similar to the given one; a name that it begins with, or that begins with it, comes first. */
export function findNearest(name: string, valid: readonly string[]): string {
  const given = name.toLowerCase();
  const begins = valid.filter(
    (other) => given.startsWith(other.toLowerCase()) || other.toLowerCase().startsWith(given),
  );
  const candidates = begins.length > 0 && given !== '' ? begins : valid;
  const distance = (other: string) => leven(given, other.toLowerCase());
  return candidates.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** Letters that a beginning needs to say which name was meant. */
const LEAST_BEGINNING = 3;

/** Longer than any valid name: nothing is near to it, and it is not worth comparing. */
const MOST_LETTERS = 100;

/**
 * The valid name that was probably meant: at most a third of its letters differ, or only their order; or one of the two
 * begins with the other. Undefined if nothing is that near.
 */
export function findNear(name: string, valid: readonly string[]): string | undefined {
  if (name === '' || name.length > MOST_LETTERS || valid.length === 0) return undefined;
  const nearest = findNearest(name, valid);
  const [shorter = '', longer = ''] = [name.toLowerCase(), nearest.toLowerCase()].sort(
    (one, other) => one.length - other.length,
  );
  const isBeginning = shorter.length >= LEAST_BEGINNING && longer.startsWith(shorter);
  const isNear = leven(shorter, longer) <= Math.max(1, Math.floor(longer.length / 3));
  return isBeginning || isNear || lettersOf(shorter) === lettersOf(longer) ? nearest : undefined;
}

function lettersOf(name: string): string {
  return [...name].sort().join('');
}
