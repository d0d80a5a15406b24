/** Returns the number in an id that consists of a prefix and a number from 1 to `last`; null for any other id. */
export function parseNumber(id: string, prefix: string, last: number): number | null {
  if (!id.startsWith(prefix)) return null;
  const digits = id.slice(prefix.length);
  return /^[1-9]\d{0,14}$/.test(digits) && Number(digits) <= last ? Number(digits) : null;
}
