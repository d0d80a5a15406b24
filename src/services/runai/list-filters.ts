import { invalidRequest, type Problem } from '../../decisions/problem.ts';
import { rfc3339 } from '../../lib/clock.ts';
import { own } from '../../lib/members.ts';
import { listNames } from '../../lib/nearest.ts';
import { shorten } from '../../lib/redact.ts';

/** A value to filter or sort by. Times are in milliseconds. */
export type FieldValue = string | number | boolean | null;

/** `number` is an integer, `decimal` is any number. */
type FieldKind = 'text' | 'time' | 'number' | 'decimal' | 'boolean';

export interface Field<Item> {
  readonly kind: FieldKind;
  readonly read: (item: Item) => FieldValue;
  /** Set if the document lists the field for `sortBy` and not for `filterBy`. */
  readonly isSortOnly?: true;
}

export type Fields<Item> = Readonly<Record<string, Field<Item>>>;

/** Creates a documented field that no item has. Only `!=` and `!@` match it. */
export function createAbsentField(kind: FieldKind): Field<unknown> {
  return { kind, read: () => null };
}

/** All operators of filters. The document of a list may have fewer. */
export const OPERATORS = ['==', '!=', '<=', '>=', '=@', '!@', '=^', '=$'] as const;
export type Operator = (typeof OPERATORS)[number];

/** The published pattern: field, operator and a non-empty value. */
const FILTER_PATTERN = /^([A-Za-z][A-Za-z0-9]*)(==|!=|<=|>=|=@|!@|=\^|=\$)(.+)$/;

/** @param operators that the document has for the list @throws Problem with the valid fields or operators */
export function parseFilter<Item>(
  text: string,
  fields: Fields<Item>,
  operators: readonly Operator[],
): (item: Item) => boolean {
  const [, name = '', sign, value = ''] = FILTER_PATTERN.exec(text) ?? [];
  const names = Object.keys(fields).filter((name) => fields[name]?.isSortOnly !== true);
  const operator = operators.find((candidate) => candidate === sign);
  if (operator === undefined) {
    throw createFilterProblem(
      `\`${shorten(text)}\` must consist of a field, an operator (${operators.join(' ')}) and a value, such as \`${names[0]}==...\`; separate two filters with a comma, or send \`filterBy\` twice`,
    );
  }
  const field = names.includes(name) ? own(fields, name) : undefined;
  if (field === undefined) {
    throw createFilterProblem(`unknown field \`${shorten(name)}\`; the fields are ${listNames(name, names)}`);
  }
  if (!isTextOperator(operator)) {
    const expected = parseValue(name, field.kind, value);
    return (item) => VALUE_TESTS[operator](field.read(item), expected);
  }
  if (field.kind === 'time') {
    const valueOperators = operators.filter((candidate) => !isTextOperator(candidate)).join(' ');
    throw createFilterProblem(`field \`${name}\` has no operator \`${operator}\`; use one of ${valueOperators}`);
  }
  const part = value.toLowerCase();
  return (item) => TEXT_TESTS[operator](readText(field, item), part);
}

/** A date, or a time with a time zone (RFC 3339). */
const TIME_PATTERN = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?$/i;

/** Length of a date, such as `2026-01-15`. */
const DATE_LENGTH = 10;

/** Parses a time from the query, in milliseconds; null if it is invalid. */
export function parseTime(text: string): number | null {
  if (!TIME_PATTERN.test(text) || !isExistingDay(text.slice(0, DATE_LENGTH))) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** Returns whether a day exists. `Date` parses 31 February as a day in March. */
function isExistingDay(day: string): boolean {
  const midnight = Date.parse(day);
  return !Number.isNaN(midnight) && rfc3339(midnight).startsWith(day);
}

export const TIME_REQUIREMENT = 'must be a time such as `2026-01-15T12:00:00Z`';

/** Parses the value of a filter. @throws Problem if it does not have the kind of its field */
function parseValue(name: string, kind: FieldKind, text: string): string | number | boolean {
  switch (kind) {
    case 'text':
      return text;
    case 'time': {
      const time = parseTime(text);
      if (time === null) throw createFilterProblem(`the value of \`${name}\` ${TIME_REQUIREMENT}`);
      return time;
    }
    case 'number':
      if (!/^-?\d+$/.test(text)) throw createFilterProblem(`the value of \`${name}\` must be an integer`);
      return Number(text);
    case 'decimal':
      if (!/^-?\d+(?:\.\d+)?$/.test(text)) {
        throw createFilterProblem(`the value of \`${name}\` must be a number such as \`1.5\``);
      }
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') {
        throw createFilterProblem(`the value of \`${name}\` must be \`true\` or \`false\``);
      }
      return text === 'true';
  }
}

/** Operators that compare a part of a text. Both are in lower case. */
const TEXT_TESTS = {
  '=@': (text: string, part: string) => text.includes(part),
  '!@': (text: string, part: string) => !text.includes(part),
  '=^': (text: string, part: string) => text.startsWith(part),
  '=$': (text: string, part: string) => text.endsWith(part),
} as const;

type TextOperator = keyof typeof TEXT_TESTS;

function isTextOperator(operator: Operator): operator is TextOperator {
  return Object.hasOwn(TEXT_TESTS, operator);
}

/** Texts are compared case-sensitively. */
const VALUE_TESTS: Readonly<
  Record<Exclude<Operator, TextOperator>, (value: FieldValue, expected: string | number | boolean) => boolean>
> = {
  '==': (value, expected) => value === expected,
  '!=': (value, expected) => value !== expected,
  '<=': (value, expected) => value !== null && value <= expected,
  '>=': (value, expected) => value !== null && value >= expected,
};

export function readText<Item>({ read }: Field<Item>, item: Item): string {
  return String(read(item) ?? '').toLowerCase();
}

function createFilterProblem(description: string): Problem {
  return invalidRequest(`Query parameter \`filterBy\`: ${description}.`);
}
