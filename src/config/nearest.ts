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
