import { Problem } from '../../decisions/problem.ts';
import { layOut } from '../../definitions/sections.ts';
import { isRecord, own } from '../../objects/members.ts';
import { type Body, LIMIT_SECTIONS, type LimitRow } from './tables/limits.ts';

/** A limit with a parsed path and a compiled pattern. */
interface Limit extends Omit<LimitRow, 'pattern'> {
  readonly steps: readonly string[];
  readonly regex: RegExp | null;
}

const ROWS: readonly LimitRow[] = layOut('id', LIMIT_SECTIONS);
const LIMITS: readonly Limit[] = ROWS.map(({ pattern, ...row }) => ({
  ...row,
  steps: row.member.split('.'),
  regex: pattern === undefined ? null : new RegExp(pattern),
}));

/** The vendor's messages truncate longer values. */
const MAX_SHOWN_CHARACTERS = 256;

/**
 * Checks the limits of a body's members, and reports all violations.
 *
 * @param object the vendor's name for the body
 * @throws Problem with the vendor's text
 */
export function checkLimits(object: Body, body: object): void {
  const violations = LIMITS.filter((row) => row.of.includes(object)).flatMap((row) =>
    findValues(body, row.steps)
      .filter(({ value }) => !isSatisfied(row, value))
      .map(({ field, value }) => {
        const rejected = row.isSecret === true ? '(not shown)' : formatValue(value);
        return `[object=${object}, field=${field}, rejected=${rejected}, message=${row.text}]`;
      }),
  );
  if (violations.length > 0) throw new Problem('invalid_request', violations.join(' '));
}

interface LocatedValue {
  readonly field: string;
  readonly value: unknown;
}

/** Returns the values at a path, with their names; empty if a parent is absent. */
function findValues(value: unknown, [step, ...rest]: readonly string[], field = ''): readonly LocatedValue[] {
  if (step === undefined) return [{ field, value }];
  if (step === '[]' || step === '[#]') {
    if (!Array.isArray(value)) return [];
    return value.flatMap((entry, index) => findValues(entry, rest, `${field}[${step === '[#]' ? index : ''}]`));
  }
  if (!isRecord(value)) return [];
  return findValues(own(value, step), rest, field === '' ? step : `${field}.${step}`);
}

function isSatisfied({ must, regex, size, textSize, oneOf }: Limit, value: unknown): boolean {
  if (value === undefined || value === null) return must === undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (must === 'written' && text.trim() === '') return false;
  if (regex !== null && !regex.test(text)) return false;
  if (oneOf !== undefined && !oneOf.some((name) => isRecord(value) && (own(value, name) ?? null) !== null))
    return false;
  return isWithin(size, Array.isArray(value) ? value.length : text.length) && isWithin(textSize, text.trim().length);
}

function isWithin(bounds: readonly [number, number] | undefined, count: number): boolean {
  return bounds === undefined || (bounds[0] <= count && count <= bounds[1]);
}

function formatValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= MAX_SHOWN_CHARACTERS) return text;
  return `${text.slice(0, MAX_SHOWN_CHARACTERS)}... (truncated for log/response, total length ${text.length} chars)`;
}
