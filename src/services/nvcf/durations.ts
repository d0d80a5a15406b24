/** What the format `duration` and the published code (`java.time.Duration`) have in common. */
const ISO_DURATION = /^P(?!$)(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
/** Seconds of the parts, in their order. */
const PARTS = [86_400, 3600, 60, 1];
/** The first number of seconds that a long of Java cannot hold. */
const TOO_LONG = 2 ** 63;

/** In milliseconds; null if the text is no ISO 8601 duration of days, hours, minutes and seconds, or too long a one. */
export function isoDuration(text: string): number | null {
  const [whole, ...parts] = ISO_DURATION.exec(text) ?? [];
  if (whole === undefined) return null;
  const seconds = PARTS.reduce((sum, size, index) => sum + size * Number(parts[index] ?? 0), 0);
  return seconds < TOO_LONG ? seconds * 1000 : null;
}
