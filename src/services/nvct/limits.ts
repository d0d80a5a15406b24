import { layOut } from '../../contract/sections.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { isRecord, memberOf, own } from '../../lib/members.ts';
import { type Body, LIMIT_SECTIONS, type LimitRow } from './tables/limits.ts';

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
const MAX_VALUE_CHARACTERS = 256;

/** @throws Problem that lists all violations in the vendor's words */
export function checkLimits(bodyName: Body, body: object): void {
  const limits = LIMITS.filter(({ of: bodyNames }) => bodyNames.includes(bodyName));
  const violations = limits.flatMap((limit) =>
    findValues(body, limit.steps)
      .filter(({ value }) => !isSatisfied(limit, value))
      .map(({ field, value }) => {
        const rejected = limit.isSecret === true ? '(not shown)' : formatValue(value);
        return `[object=${bodyName}, field=${field}, rejected=${rejected}, message=${limit.text}]`;
      }),
  );
  if (violations.length > 0) throw invalidRequest(violations.join(' '));
}

interface LocatedValue {
  /** Its path, in the vendor's notation. */
  readonly field: string;
  readonly value: unknown;
}

/** @param steps member names, and `[]` or `[#]` for each entry of a list; `[#]` adds its index to `field` */
function findValues(value: unknown, steps: readonly string[], field = ''): readonly LocatedValue[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ field, value }];
  if (step === '[]' || step === '[#]') {
    if (!Array.isArray(value)) return [];
    return value.flatMap((entry, index) => findValues(entry, rest, `${field}[${step === '[#]' ? index : ''}]`));
  }
  if (!isRecord(value)) return [];
  return findValues(own(value, step), rest, field === '' ? step : `${field}.${step}`);
}

/** Returns whether a value is within a limit. An absent value is, unless the member is required. */
function isSatisfied({ must, regex, size, textSize, oneOf }: Limit, value: unknown): boolean {
  if (value === undefined || value === null) return must === undefined;
  const text = stringify(value);
  if (must === 'written' && text.trim() === '') return false;
  if (regex !== null && !regex.test(text)) return false;
  if (oneOf !== undefined && !oneOf.some((name) => (memberOf(value, name) ?? null) !== null)) return false;
  return isWithin(size, Array.isArray(value) ? value.length : text.length) && isWithin(textSize, text.trim().length);
}

function isWithin(bounds: readonly [number, number] | undefined, count: number): boolean {
  return bounds === undefined || (bounds[0] <= count && count <= bounds[1]);
}

function stringify(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function formatValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  const text = stringify(value);
  if (text.length <= MAX_VALUE_CHARACTERS) return text;
  return `${text.slice(0, MAX_VALUE_CHARACTERS)}... (truncated for log/response, total length ${text.length} chars)`;
}
