import leven from 'leven';

/** The valid name most similar to the given one; a name that it begins with, or that begins with it, comes first. */
export function findNearest(name: string, valid: readonly string[]): string {
  const given = name.toLowerCase();
  const begins = valid.filter(
    (other) => given.startsWith(other.toLowerCase()) || other.toLowerCase().startsWith(given),
  );
  return closest(given, begins.length > 0 && given !== '' ? begins : valid);
}

/** @param given in lower case */
function closest(given: string, valid: readonly string[]): string {
  const sorted = wordsOf(given);
  const distance = (other: string) =>
    Math.min(leven(given, other.toLowerCase()), leven(sorted, wordsOf(other.toLowerCase())) + 1);
  return valid.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** Letters that a beginning needs to say which name was meant. */
const LEAST_BEGINNING = 3;

/** Longer than any valid name: nothing is near to it, and it is not worth comparing. */
const MOST_LETTERS = 100;

/**
 * The valid name that was probably meant: at most a third of its letters differ, or only their order; or else one of
 * the two begins with the other. Undefined if nothing is that near.
 */
export function findNear(name: string, valid: readonly string[]): string | undefined {
  if (name === '' || name.length > MOST_LETTERS || valid.length === 0) return undefined;
  const given = name.toLowerCase();
  const alike = valid.filter((other) => isAlike(given, other.toLowerCase()));
  if (alike.length > 0) return closest(given, alike);
  const nearest = findNearest(name, valid);
  return isBeginning(given, nearest.toLowerCase()) ? nearest : undefined;
}

function isAlike(one: string, other: string): boolean {
  const most = Math.max(1, Math.floor(Math.max(one.length, other.length) / 3));
  return leven(one, other) <= most || leven(wordsOf(one), wordsOf(other)) < most || lettersOf(one) === lettersOf(other);
}

/** The words of a name in an order that does not depend on how they were put: `token_expired` is `expired_token`. */
function wordsOf(name: string): string {
  return name
    .split(/[-_. ]/)
    .sort()
    .join('_');
}

function isBeginning(one: string, other: string): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return shorter.length >= LEAST_BEGINNING && longer.startsWith(shorter);
}

function lettersOf(name: string): string {
  return [...name].sort().join('');
}
