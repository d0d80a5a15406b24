/** Formats a number with its noun: `1 request`, `2 requests`. */
export function formatCount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
