import { formatDuration } from '../duration.ts';
import { zone } from '../preferences.ts';

/** Converts an RFC 3339 time to the chosen zone: `2030-01-15T12:00:00.000`. */
function inZone(at: string): string {
  const time = Date.parse(at);
  // Not from the server; show it unchanged.
  if (Number.isNaN(time)) return at;
  return new Date(time - offsetAt(time)).toISOString().slice(0, 23);
}

/** Milliseconds that UTC is ahead of the chosen zone. */
function offsetAt(time: number): number {
  return zone.value === 'utc' ? 0 : new Date(time).getTimezoneOffset() * 60_000;
}

/** Returns the name of the chosen zone, to show after a time. */
export function zoneText(): string {
  return zone.value === 'utc' ? 'UTC' : 'local time';
}

/**
 * Formats a time for the page: to the second, in the chosen zone, without the date if it is today.
 *
 * @param now the current time; null always shows the date
 */
export function timeText(at: string, now: string | null = null): string {
  const [day = '', time = ''] = inZone(at).split('T');
  const short = time.slice(0, 8);
  return now !== null && inZone(now).startsWith(day) ? short : `${day} ${short}`;
}

/** Formats the time of day to the millisecond, in the chosen zone. */
export function timeOfDay(at: string): string {
  return inZone(at).slice(11);
}

/** Formats the distance to a time: `in 14 min`, `2 h ago`. */
export function relativeText(at: string, now: string): string {
  const distance = Date.parse(at) - Date.parse(now);
  if (Number.isNaN(distance)) return '';
  // The current time is known only to the minute.
  if (Math.abs(distance) < 60_000) return 'now';
  const [words = ''] = formatDuration(distance).split(/(?<=[a-z]) /);
  return distance > 0 ? `in ${words}` : `${words} ago`;
}

/** Shortens an ISO 8601 duration: `PT1H30M` becomes `1h30m`. */
export function shortDuration(duration: string): string {
  return duration
    .replace(/^P(?=.)/, '')
    .replace('T', '')
    .toLowerCase();
}

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10_080].map(
  (minutes) => minutes * MINUTE,
);

/** Returns the smallest distance between ticks that gives up to `max` ticks. */
export function chooseTick(span: number, max: number): number {
  return TICKS.find((tick) => span / tick <= max) ?? 30 * DAY;
}

/**
 * Returns the ticks of a scale at round times of the chosen zone, labelled with the time, or with the date at midnight.
 *
 * @param from milliseconds since 1970, like all times here
 */
export function ticksIn(
  from: number,
  to: number,
  tick: number,
): readonly { readonly at: number; readonly text: string }[] {
  const offset = offsetAt(from);
  const ticks: { at: number; text: string }[] = [];
  for (let at = Math.ceil((from - offset) / tick) * tick + offset; at <= to; at += tick) {
    const [day = '', time = ''] = inZone(new Date(at).toISOString()).split('T');
    const hours = time.slice(0, 5);
    ticks.push({ at, text: hours === '00:00' ? day : hours });
  }
  return ticks;
}
