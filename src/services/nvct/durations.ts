import { invalidRequest } from '../../decisions/problem.ts';

/** Any part can have a sign, as in Java. The groups: the sign of the whole, the parts, and the digits of a fraction. */
const DURATION =
  /^([-+]?)P(?=[-+\dT])(?:([-+]?\d+)D)?(?:T(?=[-+\d])(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

const UNIT_SECONDS = [86_400n, 3600n, 60n, 1n];

const SECOND_NS = 1_000_000_000n;
const MINUTE_NS = 60n * SECOND_NS;
export const HOUR_NS = 60n * MINUTE_NS;
/** One second more than a Java `long` can hold. */
const LONG_LIMIT_SECONDS = 2n ** 63n;

/** Returns nanoseconds, possibly negative; null for an absent field. @throws Problem if Java would refuse the text */
export function readDuration(field: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const match = DURATION.exec(text);
  if (match === null) {
    const message = `Field \`${field}\` is not valid; expected an ISO 8601 duration, such as \`PT12H30M\`.`;
    throw invalidRequest(message);
  }
  const nanoseconds = computeNanoseconds(match);
  if (nanoseconds === null) {
    const message = `Field \`${field}\` is too large; expected up to ${LONG_LIMIT_SECONDS - 1n} seconds.`;
    throw invalidRequest(message);
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

/** Formats like Java, such as `PT1M30S`: hours are the longest unit, and each part has the sign of the whole. */
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
