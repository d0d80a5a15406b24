import { zone } from '../preferences.ts';

/** An RFC 3339 time as the clocks of the chosen zone show it: `2030-01-15T12:00:00.000`. */
function inZone(at: string): string {
  const time = Date.parse(at);
  // Nothing that the server sends; shown as it is.
  if (Number.isNaN(time)) return at;
  const offset = zone.value === 'utc' ? 0 : new Date(time).getTimezoneOffset() * 60_000;
  return new Date(time - offset).toISOString().slice(0, 23);
}

/**
 * A time as it is written everywhere on the page: to the second, in the chosen zone, and without the date if it is of today.
 *
 * @param now what today is; null: the date is always written
 */
export function timeText(at: string, now: string | null = null): string {
  const [day = '', time = ''] = inZone(at).split('T');
  const short = time.slice(0, 8);
  return now !== null && inZone(now).startsWith(day) ? short : `${day} ${short}`;
}

/** The time of day, to the millisecond, in the chosen zone. */
export function timeOfDay(at: string): string {
  return inZone(at).slice(11);
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its two largest units: `15 min`, `1 h 5 min`. */
export function inWords(milliseconds: number): string {
  let seconds = Math.round(Math.abs(milliseconds) / 1000);
  const words: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    seconds -= count * length;
    if (count > 0) words.push(`${count} ${unit}`);
    if (words.length === 2) break;
  }
  return words.length === 0 ? '0 s' : words.join(' ');
}

/** How far a time is from now: `in 14 min`, `2 h ago`. */
export function relativeText(at: string, now: string): string {
  const distance = Date.parse(at) - Date.parse(now);
  if (Number.isNaN(distance)) return '';
  if (Math.abs(distance) < 60_000) return distance > 0 ? 'in less than 1 min' : 'just now';
  const [words = ''] = inWords(distance).split(/(?<=[a-z]) /);
  return distance > 0 ? `in ${words}` : `${words} ago`;
}

/** An ISO 8601 duration as people write it: `PT1H30M` is `1h30m`. */
export function shortOf(duration: string): string {
  return duration
    .replace(/^P(?=.)/, '')
    .replace('T', '')
    .toLowerCase();
}
