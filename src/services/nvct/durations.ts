import { Problem } from '../../decisions/problem.ts';

/**
 * Java's duration syntax: any part can have a sign, and days are the longest unit. The groups are the sign of the whole,
 * days, hours, minutes, seconds, and the digits of a fraction of a second.
 */
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
 * @param field the name of the field, for the message
 * @returns null if the field was not sent
 * @throws Problem if the text is not a duration, or too long for Java
 */
export function readDuration(field: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const match = DURATION.exec(text);
  if (match === null) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is not valid; expected an ISO 8601 duration, such as \`PT12H30M\`.`,
    );
  }
  const nanoseconds = computeNanoseconds(match);
  if (nanoseconds === null) {
    throw new Problem(
      'invalid_request',
      `Field \`${field}\` is too large; expected up to ${LONG_LIMIT_SECONDS - 1n} seconds.`,
    );
  }
  return nanoseconds;
}

/** Returns the nanoseconds of a match of `DURATION`; null if Java would refuse the duration because a sum overflows. */
function computeNanoseconds([, sign, ...parts]: RegExpExecArray): bigint | null {
  let sum = 0n;
  // Java adds the parts from the last to the first, and checks each part and each sum.
  for (const [index, unit] of [...UNIT_SECONDS.entries()].reverse()) {
    const seconds = unit * BigInt(parts[index] ?? 0);
    sum += seconds;
    if (!fitsInLong(seconds * SECOND_NS) || !fitsInLong(sum * SECOND_NS)) return null;
  }
  const [, , , secondsPart = '', fractionDigits = ''] = parts;
  const fraction = BigInt(fractionDigits.padEnd(9, '0'));
  // A fraction has the sign of its seconds, which can be `-0`.
  const total = sum * SECOND_NS + (secondsPart.startsWith('-') ? -fraction : fraction);
  const signed = sign === '-' ? -total : total;
  return fitsInLong(total) && fitsInLong(signed) ? signed : null;
}

/** Returns whether the whole seconds of a duration fit in a Java `long`. */
function fitsInLong(nanoseconds: bigint): boolean {
  return nanoseconds >= -LONG_LIMIT_SECONDS * SECOND_NS && nanoseconds < LONG_LIMIT_SECONDS * SECOND_NS;
}

/**
 * Formats a duration like Java: hours are the longest unit, and each part has the sign of the whole.
 *
 * @example writeDuration(90_000_000_000n) // 'PT1M30S'
 */
export function writeDuration(nanoseconds: bigint): string {
  const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const sign = nanoseconds < 0n ? '-' : '';
  const formatPart = (amount: bigint, unit: string) => (amount === 0n ? '' : `${sign}${amount}${unit}`);
  const fraction = String(absolute % SECOND_NS)
    .padStart(9, '0')
    .replace(/0{1,9}$/, '');
  const seconds = (absolute % MINUTE_NS) / SECOND_NS;
  const secondsPart = fraction === '' ? formatPart(seconds, 'S') : `${sign}${seconds}.${fraction}S`;
  return `PT${formatPart(absolute / HOUR_NS, 'H')}${formatPart((absolute % HOUR_NS) / MINUTE_NS, 'M')}${secondsPart}`.replace(
    /^PT$/,
    'PT0S',
  );
}
