import { Problem } from '../../decisions/problem.ts';

/** Java's duration syntax: any part can have a sign, and days are the longest unit. */
const DURATION =
  /^([-+]?)P(?=[-+\dT])(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** Seconds per unit, in the order of the parts. */
const UNIT_SECONDS = [86_400n, 3600n, 60n, 1n];

const SECOND_NS = 1_000_000_000n;
const MINUTE_NS = 60n * SECOND_NS;
export const HOUR_NS = 60n * MINUTE_NS;
/** One second more than a Java `long` can hold. */
const LONG_LIMIT_SECONDS = 2n ** 63n;

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
  const seconds = UNIT_SECONDS.map((size, index) => size * BigInt(parts[index] ?? 0));
  // Java adds the parts from the last to the first, and refuses any intermediate sum that overflows.
  const sums = seconds.map((_, index) => seconds.slice(index).reduce((sum, value) => sum + value));
  const [sum = 0n] = sums;
  const fraction = BigInt((parts[4] ?? '').padEnd(9, '0'));
  const exact = sum * SECOND_NS + (parts[3]?.startsWith('-') === true ? -fraction : fraction);
  const signed = sign === '-' ? -exact : exact;
  if (![...[...seconds, ...sums].map((value) => value * SECOND_NS), exact, signed].every(fitsInLong)) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is too large; expected up to ${LONG_LIMIT_SECONDS - 1n} seconds.`,
    );
  }
  return signed;
}

function fitsInLong(nanoseconds: bigint): boolean {
  return nanoseconds >= -LONG_LIMIT_SECONDS * SECOND_NS && nanoseconds < LONG_LIMIT_SECONDS * SECOND_NS;
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
  const fraction = String(size % SECOND_NS)
    .padStart(9, '0')
    .replace(/0{1,9}$/, '');
  const seconds = (size % MINUTE_NS) / SECOND_NS;
  const last = fraction === '' ? part(seconds, 'S') : `${sign}${seconds}.${fraction}S`;
  return `PT${part(size / HOUR_NS, 'H')}${part((size % HOUR_NS) / MINUTE_NS, 'M')}${last}`.replace(/^PT$/, 'PT0S');
}
