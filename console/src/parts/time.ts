import { formatDuration } from '../duration.ts';
import { zone } from '../preferences.ts';

/** Converts an RFC 3339 time to the chosen zone: `2030-01-15T12:00:00.000`. */
export function convertToZone(at: string): string {
  const time = Date.parse(at);
  // An invalid time, such as one that the user enters, is shown unchanged.
  if (Number.isNaN(time)) return at;
  const offset = zone.value === 'utc' ? 0 : new Date(time).getTimezoneOffset() * 60_000;
  return new Date(time - offset).toISOString().slice(0, 23);
}

export function nameZone(): string {
  return zone.value === 'utc' ? 'UTC' : 'local';
}

/** Converts back from the chosen zone: the value of a `datetime-local` field to RFC 3339. */
export function parseInZone(text: string): string {
  return new Date(zone.value === 'utc' ? `${text}Z` : text).toISOString();
}

/**
 * Formats a time for the page: to the second, in the chosen zone, without the date if it is today.
 *
 * @param now the current time; null always shows the date
 */
export function formatTime(at: string, now: string | null = null): string {
  const [day = '', time = ''] = convertToZone(at).split('T');
  const short = time.slice(0, 8);
  return now !== null && convertToZone(now).startsWith(day) ? short : `${day} ${short}`;
}

/** Formats the distance to a time: `in 14 min`, `2 h ago`. */
export function formatRelativeTime(at: string, now: string): string {
  const distance = Date.parse(at) - Date.parse(now);
  if (Number.isNaN(distance)) return '';
  // The current time is known only to the minute.
  if (Math.abs(distance) < 60_000) return 'now';
  const words = formatDuration(distance, 1);
  return distance > 0 ? `in ${words}` : `${words} ago`;
}

/** Shortens an ISO 8601 duration: `PT1H30M` becomes `1h30m`. */
export function shortenDuration(duration: string): string {
  return duration
    .replace(/^P(?=.)/, '')
    .replace('T', '')
    .toLowerCase();
}
