/** The subset of ISO 8601 that both the format `duration` and `java.time.Duration` accept. */
const ISO_DURATION = /^P(?!$)(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const UNIT_SECONDS = [86_400, 3600, 60, 1];
/** One more second than a Java `long` can represent. */
const MAX_SECONDS = 2 ** 63;

/** Parses days, hours, minutes and seconds to milliseconds; null if the text is invalid or the duration too long. */
export function parseIsoDuration(text: string): number | null {
  const [match, ...parts] = ISO_DURATION.exec(text) ?? [];
  if (match === undefined) return null;
  const seconds = UNIT_SECONDS.reduce((sum, size, index) => sum + size * Number(parts[index] ?? 0), 0);
  return seconds < MAX_SECONDS ? seconds * 1000 : null;
}
