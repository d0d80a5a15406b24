const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof MILLISECONDS;

const SHORT = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/;
const SHORT_PART = /(\d+(?:\.\d+)?)(ms|[smhd])/g;
const ISO = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?=\d)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const ISO_UNITS = ['d', 'h', 'm', 's'] as const satisfies readonly Unit[];

export const DURATION_FORMS = 'a positive duration with its unit, such as `90s`, `15m`, `1h30m`, `2d` or `PT15M`';

/** Describes valid durations for a message: for a bare number its likely meanings, otherwise all forms. */
export function describeDurations(given: unknown, forms = DURATION_FORMS): string {
  const text = String(given);
  return /^\d+(?:\.\d+)?$/.test(text) ? `a duration with its unit: \`'${text}s'\` or \`'${text}ms'\`` : forms;
}

/** Parses `15m`, `1h30m`, `500ms`, or ISO 8601 without months and years. @returns milliseconds; null for other texts */
export function parseDuration(text: string): number | null {
  const total = partsOf(text).reduce((sum, [amount, unit]) => sum + Number(amount ?? 0) * MILLISECONDS[unit], 0);
  const milliseconds = Math.round(total);
  return Number.isSafeInteger(milliseconds) && milliseconds > 0 ? milliseconds : null;
}

/** Formats milliseconds as an ISO 8601 duration; a negative one has a minus sign, as in ISO 8601-2: `-PT15M`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  const hours = Math.floor(milliseconds / MILLISECONDS.h);
  const minutes = Math.floor((milliseconds % MILLISECONDS.h) / MILLISECONDS.m);
  const seconds = (milliseconds % MILLISECONDS.m) / MILLISECONDS.s;
  const parts = [hours && `${hours}H`, minutes && `${minutes}M`, seconds && `${seconds}S`].filter(Boolean);
  return `PT${parts.length > 0 ? parts.join('') : '0S'}`;
}

function partsOf(text: string): (readonly [amount: string | undefined, unit: Unit])[] {
  // The pattern matches units only.
  if (SHORT.test(text)) return [...text.matchAll(SHORT_PART)].map((match) => [match[1], match[2] as Unit]);
  const match = ISO.exec(text);
  return match === null ? [] : ISO_UNITS.map((unit, index) => [match[index + 1], unit]);
}
