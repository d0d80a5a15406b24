import { Problem } from '../../decisions/problem.ts';

/** Java's duration syntax: any part can have a sign, and days are the longest unit. */
const DURATION =
  /^([-+]?)P(?=[-+\dT])(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** Seconds per unit, in the order of the parts. */
const PARTS = [86_400n, 3600n, 60n, 1n];

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
/** In nanoseconds, like Java. */
export const HOUR = 60n * MINUTE;
/** One more second than a Java `long` can represent. */
const TOO_LONG = 2n ** 63n;

/**
 * Parses a duration to nanoseconds, possibly negative.
 *
 * @returns null if none was sent
 * @throws Problem naming the field, for invalid text and for numbers too large for Java
 */
export function readDuration(field: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const [whole, sign, ...parts] = DURATION.exec(text) ?? [];
  if (whole === undefined) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is not valid; expected an ISO 8601 duration, such as \`PT12H30M\`.`,
    );
  }
  const seconds = PARTS.map((size, index) => size * BigInt(parts[index] ?? 0));
  // Java adds the parts from the last to the first, and refuses any intermediate sum that overflows.
  const sums = seconds.map((_, index) => seconds.slice(index).reduce((sum, one) => sum + one));
  const [sum = 0n] = sums;
  const fraction = BigInt((parts[4] ?? '').padEnd(9, '0'));
  const exact = sum * SECOND + (parts[3]?.startsWith('-') === true ? -fraction : fraction);
  const signed = sign === '-' ? -exact : exact;
  if (![...[...seconds, ...sums].map((one) => one * SECOND), exact, signed].every(isHeld)) {
    throw new Problem('invalid_request', `Field \`${field}\` is too large; expected up to ${TOO_LONG - 1n} seconds.`);
  }
  return signed;
}

function isHeld(nanoseconds: bigint): boolean {
  return nanoseconds >= -TOO_LONG * SECOND && nanoseconds < TOO_LONG * SECOND;
}

/**
 * Formats a duration like Java: hours are the longest unit, and each part has the sign of the whole.
 *
 * @example writeDuration(90_000_000_000n) // 'PT1M30S'
 */
export function writeDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const sign = nanoseconds < 0n ? '-' : '';
  const part = (amount: bigint, unit: string) => (amount === 0n ? '' : `${sign}${amount}${unit}`);
  const fraction = String(size % SECOND)
    .padStart(9, '0')
    .replace(/0{1,9}$/, '');
  const seconds = (size % MINUTE) / SECOND;
  const last = fraction === '' ? part(seconds, 'S') : `${sign}${seconds}.${fraction}S`;
  return `PT${part(size / HOUR, 'H')}${part((size % HOUR) / MINUTE, 'M')}${last}`.replace(/^PT$/, 'PT0S');
}
