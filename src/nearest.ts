import leven from 'leven';

/** The valid name that looks most like the given one. */
export function nearest(name: string, valid: readonly string[]): string {
  const distance = (other: string) => leven(name.toLowerCase(), other.toLowerCase());
  return valid.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}
