import { convertToZone, zoneOffsetAt } from './time.ts';

const MINUTE_MS = 60_000;

/** The distances between ticks to choose from, in milliseconds: 1 minute to 7 days. */
const TICK_DISTANCES_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10_080].map(
  (minutes) => minutes * MINUTE_MS,
);

/** The distance for longer scales: 30 days. */
const MAX_TICK_DISTANCE_MS = 30 * 1440 * MINUTE_MS;

/** Returns the smallest distance between ticks, in milliseconds, with which a span has up to `maxTicks` ticks. */
export function chooseTick(span: number, maxTicks: number): number {
  return TICK_DISTANCES_MS.find((distance) => span / distance <= maxTicks) ?? MAX_TICK_DISTANCE_MS;
}

/** A tick of a scale. */
interface Tick {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/**
 * Returns the ticks of a scale at round times of the chosen zone, labelled with the time, or with the date at midnight.
 *
 * @param from milliseconds since 1970, like `to`
 * @param distance between two ticks, in milliseconds
 */
export function listTicks(from: number, to: number, distance: number): readonly Tick[] {
  const offset = zoneOffsetAt(from);
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from - offset) / distance) * distance + offset; at <= to; at += distance) {
    const [day = '', time = ''] = convertToZone(new Date(at).toISOString()).split('T');
    const hours = time.slice(0, 5);
    ticks.push({ at, text: hours === '00:00' ? day : hours });
  }
  return ticks;
}
