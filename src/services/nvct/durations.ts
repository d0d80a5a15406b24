import { Problem } from '../../core/problem.ts';

/** As Java reads durations: any part may have a sign, and the longest unit is a day. */
const DURATION =
  /^([-+]?)P(?=[-+\dT])(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+(?:[.,]\d{0,9})?)S)?)?$/i;

/** Seconds of the parts, in their order. */
const PARTS = [86_400, 3600, 60, 1];

/**
 * Reads a duration, in seconds; it may be negative.
 *
 * @returns null if none was sent
 * @throws Problem naming the field, for another text
 */
export function secondsOf(field: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const [whole, sign, ...parts] = DURATION.exec(text) ?? [];
  if (whole === undefined) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is not valid; expected a duration in the form of ISO 8601, such as \`PT12H30M\`.`,
    );
  }
  const sum = PARTS.reduce((total, size, index) => total + size * Number((parts[index] ?? '0').replace(',', '.')), 0);
  return sign === '-' ? -sum : sum;
}
