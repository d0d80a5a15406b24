import leven from 'leven';

/** Returns the most similar valid name, preferring names of which one is a prefix of the other. */
export function findNearest(name: string, valid: readonly string[]): string {
  const lowerCase = name.toLowerCase();
  const prefixMatches = findPrefixMatches(lowerCase, valid);
  return findClosest(lowerCase, prefixMatches.length > 0 ? prefixMatches : valid);
}

export function describeUnknownName(described: string, name: string, valid: readonly string[]): string {
  return `Unknown ${described}. Did you mean \`${findNearest(name, valid)}\`?`;
}

/** Returns the names that start with the given name, or that it starts with. @param name in lower case */
function findPrefixMatches(name: string, valid: readonly string[]): readonly string[] {
  return valid.filter(
    (candidate) => name.startsWith(candidate.toLowerCase()) || candidate.toLowerCase().startsWith(name),
  );
}

/** Returns the name with the smallest distance. @param name in lower case */
function findClosest(name: string, valid: readonly string[]): string {
  const distance = createDistance(name);
  return valid.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}

/** Returns a function for the distance between a name and a candidate. @param name in lower case */
function createDistance(name: string): (candidate: string) => number {
  const sorted = sortWords(name);
  return (candidate) =>
    Math.min(leven(name, candidate.toLowerCase()), leven(sorted, sortWords(candidate.toLowerCase())) + 1);
}

const MIN_PREFIX_LENGTH = 3;

/** Longer than any valid name, so not compared. */
const MAX_NAME_LENGTH = 100;

/** Maximum letters of valid names to compare: a world may have many long names. */
const MAX_COMPARED_LETTERS = 10_000;

function selectComparable(valid: readonly string[]): readonly string[] {
  const names: string[] = [];
  let letters = 0;
  for (const name of valid) {
    if (name.length > MAX_NAME_LENGTH) continue;
    letters += name.length;
    if (letters > MAX_COMPARED_LETTERS) break;
    names.push(name);
  }
  return names;
}

/** Returns the name that was probably meant: up to a third of its letters or their order differ, or it is a prefix. */
export function findNear(name: string, valid: readonly string[]): string | undefined {
  if (name === '' || name.length > MAX_NAME_LENGTH) return undefined;
  const lowerCase = name.toLowerCase();
  const candidates = selectComparable(valid);
  const alike = candidates.filter((candidate) => isAlike(lowerCase, candidate.toLowerCase()));
  if (alike.length > 0) return findClosest(lowerCase, alike);
  const prefixMatches = findPrefixMatches(lowerCase, candidates);
  if (prefixMatches.length === 0) return undefined;
  const nearest = findClosest(lowerCase, prefixMatches);
  return isPrefix(lowerCase, nearest.toLowerCase()) ? nearest : undefined;
}

/** Maximum number of suggested names with a common word. */
const MAX_SUGGESTED = 3;

/** Returns up to three names that were probably meant by one of their words: `air-admin` for `Adminn`. */
export function findWithWord(word: string, valid: readonly string[]): readonly string[] {
  const names = selectComparable(valid).filter((name) =>
    findNear(
      word,
      name.split(/[-_. ]/).filter((part) => part.length >= MIN_WORD_LENGTH),
    ),
  );
  return names.length <= MAX_SUGGESTED ? names : [];
}

const MIN_WORD_LENGTH = 4;

/** Suggests the name that was probably meant, as a question after a space; empty if none is similar. */
export function suggestName(name: string, valid: readonly string[]): string {
  const near = findNear(name, valid);
  const meant = near === undefined ? findWithWord(name.slice(0, MAX_NAME_LENGTH), valid) : [near];
  return meant.length === 0 ? '' : ` Did you mean ${meant.map(asCode).join(' or ')}?`;
}

const MAX_LISTED = 8;

/** Lists up to eight known names; of more, the nearest ones. @param where the place that lists all of them */
export function listNames(name: string, valid: readonly string[], where?: string): string {
  const names = [...new Set(valid)];
  const listed = sortNearestFirst(name.slice(0, MAX_NAME_LENGTH), names).slice(0, MAX_LISTED).map(asCode).join(', ');
  const more = names.length - MAX_LISTED;
  if (more <= 0) return listed;
  return `${listed} and ${more} more${where === undefined ? '' : `, which ${where} lists`}`;
}

function sortNearestFirst(given: string, names: readonly string[]): readonly string[] {
  const near = findNear(given, names);
  const others = names.filter((name) => name !== near);
  const isLong = given !== '' && names.length > MAX_LISTED;
  const sorted = isLong ? sortByDistance(given.toLowerCase(), others) : others;
  return near === undefined ? sorted : [near, ...sorted];
}

/** Sorts the comparable names by distance, nearest first. @param lowerCase the given name in lower case */
function sortByDistance(lowerCase: string, names: readonly string[]): readonly string[] {
  const distance = createDistance(lowerCase);
  return selectComparable(names)
    .map((name) => ({ name, far: distance(name) }))
    .sort((a, b) => a.far - b.far)
    .map(({ name }) => name);
}

/** Returns the end of a message about an unknown name: the name that was probably meant, and the known names. */
export function adviseName(name: string, valid: readonly string[], where?: string): string {
  const suggestion = suggestName(name, valid);
  if (valid.length === 1) return suggestion || ` Expected ${listNames(name, valid)}.`;
  return `${suggestion} Expected one of ${listNames(name, valid, where)}.`;
}

function asCode(name: string): string {
  return `\`${name}\``;
}

function isAlike(a: string, b: string): boolean {
  const max = Math.max(1, Math.floor(Math.max(a.length, b.length) / 3));
  // Each extra letter is at least one difference, so most names need no comparison.
  if (Math.abs(a.length - b.length) > max) return false;
  return (
    leven(a, b, { maxDistance: max + 1 }) <= max ||
    leven(sortWords(a), sortWords(b), { maxDistance: max }) < max ||
    (a.length === b.length && sortLetters(a) === sortLetters(b))
  );
}

/** Sorts the words of a name, so that `token_expired` equals `expired_token`. */
function sortWords(name: string): string {
  return name
    .split(/[-_. ]/)
    .sort()
    .join('_');
}

function isPrefix(a: string, b: string): boolean {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  return shorter.length >= MIN_PREFIX_LENGTH && longer.startsWith(shorter);
}

function sortLetters(name: string): string {
  return [...name].sort().join('');
}

/** Finds another spelling of the wanted name among sent names: `grant_type` for `grantType`. */
export function findOtherSpelling(names: readonly string[], wanted: string): string | undefined {
  return names.find((name) => name !== wanted && normalize(name) === normalize(wanted));
}

function normalize(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}
