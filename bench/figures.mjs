// @ts-check
/** Formats figures and their goals. */

/** The label is the unit, or one of `RATIOS` for a ratio. @typedef {{ label: string, value: number }} Figure */
/** @typedef {{ label: string, atLeast?: number, atMost?: number }} Goal */

const RATIOS = new Set(['rate', 'CPU', 'time', 'growth']);

/** @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Returns the medians of both sides and of their ratios. @param {readonly [number[], number[]]} sides */
export function compared([ones, others]) {
  const quotients = ones.map((one, index) => one / (others[index] ?? Number.NaN));
  return { ratio: median(quotients), one: median(ones), other: median(others) };
}

/** @param {Figure} figure */
export function figureText({ label, value }) {
  if (RATIOS.has(label)) return `${label} ${value.toFixed(2)}`;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${label}`;
}

/** @param {readonly Goal[]} goals */
export function goalText(goals) {
  return goals
    .map(({ label, atLeast, atMost }) => {
      const limit = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
      return RATIOS.has(label) ? `${label} ${limit}` : `${limit} ${label}`;
    })
    .join(', ');
}

/**
 * Returns a verdict on the goals of a row; empty if it has none.
 *
 * @param {readonly Goal[]} goals
 * @param {readonly Figure[]} figures
 */
export function verdict(goals, figures) {
  if (goals.length === 0) return '';
  const missed = goals.flatMap(({ label, atLeast, atMost }) => {
    const value = figures.find((figure) => figure.label === label)?.value ?? Number.NaN;
    const limit = atLeast ?? atMost ?? Number.NaN;
    if (atLeast === undefined ? value <= limit : value >= limit) return [];
    return [`${label} by ${(Math.abs(value / limit - 1) * 100).toFixed(0)} %`];
  });
  return missed.length === 0 ? 'met' : `missed: ${missed.join(', ')}`;
}
