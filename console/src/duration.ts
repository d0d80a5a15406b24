/** The units of a formatted duration and their lengths in seconds, longest first. */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/**
 * Formats a duration with its largest units: `15 min`, `1 h 5 min`. The sign is ignored.
 *
 * @param maxUnits the maximum number of units; smaller ones are cut off
 */
export function formatDuration(milliseconds: number, maxUnits = 2): string {
  let seconds = Math.round(Math.abs(milliseconds) / 1000);
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    seconds -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
    if (parts.length === maxUnits) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

/** Formats how long a request took: `0.4 ms`, `12 ms`, `1.2 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
