// @ts-check
/** Statistics, and how they are printed. */

/** @param {readonly number[]} numbers @param {number} part between 0 and 1 */
export function quantile(numbers, part) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  return quantile(numbers, 0.5);
}

/** The range in which half of the numbers lie. @param {readonly number[]} numbers @param {number} [digits] */
export function spread(numbers, digits = 2) {
  return [0.25, 0.75].map((part) => quantile(numbers, part).toFixed(digits)).join('-');
}

/** @param {number} one @param {number} other */
export function ratio(one, other) {
  return (one / other).toFixed(2);
}

/** @param {string} what @param {readonly string[]} columns */
export function print(what, ...columns) {
  const [first = '', ...others] = columns;
  const cells = [what.padEnd(46), first.padStart(6), ...others.map((column) => column.padStart(11))];
  process.stdout.write(`${cells.join(' ')}\n`);
}
