import { Problem } from '../../core/problem.ts';

/** As Java reads durations: any part may have a sign, and the longest unit is a day. */
const DURATION =
  /^([-+]?)P(?=[-+\dT])(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** Seconds of the parts, in their order. */
const PARTS = [86_400n, 3600n, 60n, 1n];

const NANOSECONDS = 1_000_000_000n;
/** The first number of seconds that a long of Java cannot hold. */
const TOO_LONG = 2n ** 63n;

/**
 * Reads a duration, in seconds; it may be negative.
 *
 * @returns null if none was sent
 * @throws Problem naming the field, for another text and for numbers that Java cannot hold
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
  const seconds = PARTS.map((size, index) => size * BigInt(parts[index] ?? 0));
  // Java adds the last parts first, and refuses each sum that it cannot hold.
  const sums = seconds.map((_, index) => seconds.slice(index).reduce((sum, one) => sum + one));
  const [sum = 0n] = sums;
  const fraction = BigInt((parts[4] ?? '').padEnd(9, '0'));
  const exact = sum * NANOSECONDS + (parts[3]?.startsWith('-') === true ? -fraction : fraction);
  const signed = sign === '-' ? -exact : exact;
  if (![...[...seconds, ...sums].map((one) => one * NANOSECONDS), exact, signed].every(isHeld)) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is too large: a duration has at most ${TOO_LONG - 1n} seconds.`,
    );
  }
  return Number(signed) / Number(NANOSECONDS);
}

function isHeld(nanoseconds: bigint): boolean {
  return nanoseconds >= -TOO_LONG * NANOSECONDS && nanoseconds < TOO_LONG * NANOSECONDS;
}
