import leven from 'leven';

/** Returns the most similar valid name, preferring names of which one is a prefix of the other. */
export function findNearest(name: string, valid: readonly string[]): string {
  const given = name.toLowerCase();
  const begins = withSameBeginning(given, valid);
  return closest(given, begins.length > 0 ? begins : valid);
}

/** @param given in lower case */
function withSameBeginning(given: string, valid: readonly string[]): readonly string[] {
  return valid.filter((other) => given.startsWith(other.toLowerCase()) || other.toLowerCase().startsWith(given));
}

/** @param given in lower case */
function closest(given: string, valid: readonly string[]): string {
  const distance = distanceFrom(given);
  return valid.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** @param given in lower case */
function distanceFrom(given: string): (other: string) => number {
  const sorted = wordsOf(given);
  return (other) => Math.min(leven(given, other.toLowerCase()), leven(sorted, wordsOf(other.toLowerCase())) + 1);
}

/** Minimum length of a prefix that identifies a name. */
const MIN_BEGINNING = 3;

/** Longer than any valid name, so not compared. */
const MAX_LETTERS = 100;

/**
 * Maximum letters of valid names to compare, such as a thousand names of ten letters: a world may have many long names.
 */
const MAX_COMPARED = 10_000;

/** Returns the valid names to compare, in order. */
function comparable(valid: readonly string[]): readonly string[] {
  const found: string[] = [];
  let letters = 0;
  for (const name of valid) {
    if (name.length > MAX_LETTERS) continue;
    letters += name.length;
    if (letters > MAX_COMPARED) break;
    found.push(name);
  }
  return found;
}

/**
 * Returns the valid name that was probably meant. Undefined unless up to a third of the letters differ, only their
 * order differs, or one name is a prefix of the other.
 */
export function findNear(name: string, valid: readonly string[]): string | undefined {
  if (name === '' || name.length > MAX_LETTERS) return undefined;
  const given = name.toLowerCase();
  const others = comparable(valid);
  const alike = others.filter((other) => isAlike(given, other.toLowerCase()));
  if (alike.length > 0) return closest(given, alike);
  const begins = withSameBeginning(given, others);
  if (begins.length === 0) return undefined;
  const nearest = closest(given, begins);
  return isBeginning(given, nearest.toLowerCase()) ? nearest : undefined;
}

/** Maximum number of suggested names with a common word. */
const MAX_MEANT = 3;

/**
 * Returns names that were probably meant by one of their words: `air-admin` for `Adminn`. None if there are more than
 * three.
 */
export function findWithWord(word: string, valid: readonly string[]): readonly string[] {
  const found = comparable(valid).filter((name) =>
    findNear(
      word,
      name.split(/[-_. ]/).filter((one) => one.length >= MIN_WORD),
    ),
  );
  return found.length <= MAX_MEANT ? found : [];
}

/** Minimum length of a word that identifies a name. */
const MIN_WORD = 4;

/** Suggests the name that was probably meant, as a question after a space; empty if none is similar. */
export function suggestName(given: string, known: readonly string[]): string {
  const near = findNear(given, known);
  const meant = near === undefined ? findWithWord(given.slice(0, MAX_LETTERS), known) : [near];
  return meant.length === 0 ? '' : ` Did you mean ${meant.map(asCode).join(' or ')}?`;
}

/** Maximum number of names listed in a message. */
const MAX_LISTED = 8;

/**
 * Lists the known names in a message about an unknown one: up to eight, nearest first. A short list keeps its order,
 * except for the name that was probably meant.
 *
 * @param where the place that lists all of them, such as `` `GET /_mock/drills` ``
 */
export function listNames(given: string, known: readonly string[], where?: string): string {
  const names = [...new Set(known)];
  const listed = nearestFirst(given.slice(0, MAX_LETTERS), names).slice(0, MAX_LISTED).map(asCode).join(', ');
  const more = names.length - MAX_LISTED;
  if (more <= 0) return listed;
  return `${listed} and ${more} more${where === undefined ? '' : `, which ${where} lists`}`;
}

function nearestFirst(given: string, names: readonly string[]): readonly string[] {
  const near = findNear(given, names);
  const others = names.filter((name) => name !== near);
  const isLong = given !== '' && names.length > MAX_LISTED;
  const sorted = isLong ? sortByDistance(given.toLowerCase(), others) : others;
  return near === undefined ? sorted : [near, ...sorted];
}

/** @param given in lower case */
function sortByDistance(given: string, names: readonly string[]): readonly string[] {
  const distance = distanceFrom(given);
  return comparable(names)
    .map((name) => ({ name, far: distance(name) }))
    .sort((one, other) => one.far - other.far)
    .map(({ name }) => name);
}

/** Returns the end of a message about an unknown name: the name that was probably meant, and the known names. */
export function adviseName(given: string, known: readonly string[], where?: string): string {
  const suggestion = suggestName(given, known);
  if (known.length === 1) return suggestion || ` Expected ${listNames(given, known)}.`;
  return `${suggestion} Expected one of ${listNames(given, known, where)}.`;
}

function asCode(name: string): string {
  return `\`${name}\``;
}

function isAlike(one: string, other: string): boolean {
  const max = Math.max(1, Math.floor(Math.max(one.length, other.length) / 3));
  // Each extra letter is at least one difference, so most names need no comparison.
  if (Math.abs(one.length - other.length) > max) return false;
  return (
    leven(one, other, { maxDistance: max + 1 }) <= max ||
    leven(wordsOf(one), wordsOf(other), { maxDistance: max }) < max ||
    (one.length === other.length && lettersOf(one) === lettersOf(other))
  );
}

/** Sorts the words of a name, so that `token_expired` equals `expired_token`. */
function wordsOf(name: string): string {
  return name
    .split(/[-_. ]/)
    .sort()
    .join('_');
}

function isBeginning(one: string, other: string): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return shorter.length >= MIN_BEGINNING && longer.startsWith(shorter);
}

function lettersOf(name: string): string {
  return [...name].sort().join('');
}
