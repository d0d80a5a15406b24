import { invalidRequest } from '../../decisions/problem.ts';
import { END_OF_TIME, type Instant } from '../../lib/clock.ts';
import { describeDurations, parseDuration } from '../../lib/duration.ts';

/** Returns a duration in milliseconds. @param limits the other requirements, for the message */
export function readDuration(field: string, text: string, isValid: (ms: number) => boolean, limits: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null && isValid(milliseconds)) return milliseconds;
  throw invalidRequest(`Field \`${field}\` must be ${describeDurations(text)}${limits}.`);
}

/** Returns a duration that starts now, in milliseconds. */
export function readDurationFromNow(field: string, text: string, now: Instant): number {
  return readDuration(field, text, (ms) => now + ms <= END_OF_TIME, ', and end before the year 9999');
}
