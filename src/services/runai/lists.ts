import { Problem } from '../../decisions/problem.ts';
import { own } from '../../objects/members.ts';
import { listNames } from '../../text/nearest.ts';
import { shorten } from '../../text/shorten.ts';
import { rfc3339 } from '../../time/clock.ts';

/** A value to filter or sort by. Times are in milliseconds. */
export type FieldValue = string | number | boolean | null;
/** `number` is an integer, `decimal` is any number. */
type FieldKind = 'text' | 'time' | 'number' | 'decimal' | 'boolean';

/** A field for filtering and sorting a list. */
export interface Field<Item> {
  readonly kind: FieldKind;
  readonly read: (item: Item) => FieldValue;
  /** The document lists the field for `sortBy` only. */
  readonly isSortOnly?: true;
}

export type Fields<Item> = Readonly<Record<string, Field<Item>>>;

/** A documented field that no item has. Only `!=` and `!@` match it. */
export function createAbsentField(kind: FieldKind): Field<unknown> {
  return { kind, read: () => null };
}

/** The query of a list, already validated against the document. */
export interface ListQuery {
  readonly filterBy?: readonly string[];
  readonly sortBy?: string;
  readonly sortOrder?: 'asc' | 'desc';
  readonly search?: string;
  readonly offset?: number;
  readonly limit?: number;
}

const OPERATORS = ['==', '!=', '<=', '>=', '=@', '!@', '=^', '=$'] as const;
export type Operator = (typeof OPERATORS)[number];

/** The published pattern: field, operator and a non-empty value. */
const FILTER_PATTERN = /^([A-Za-z][A-Za-z0-9]*)(==|!=|<=|>=|=@|!@|=\^|=\$)(.+)$/;

/**
 * Filters and sorts items, before paging.
 *
 * @param searched fields that `search` looks at
 * @param operators operators that the document has for this list
 * @throws Problem if a filter is invalid; it lists the valid fields or operators
 */
export function selectItems<Item>(
  items: readonly Item[],
  { filterBy = [], search = '', sortBy, sortOrder }: ListQuery,
  fields: Fields<Item>,
  searched: readonly string[],
  operators: readonly Operator[] = OPERATORS,
): Item[] {
  const filters = filterBy.filter((text) => text !== '').map((text) => parseFilter(text, fields, operators));
  const wanted = search.toLowerCase();
  const searchedFields = searched.flatMap((name) => own(fields, name) ?? []);
  const found = items.filter(
    (item) =>
      filters.every((matches) => matches(item)) &&
      (wanted === '' || searchedFields.some((field) => readText(field, item).includes(wanted))),
  );
  const field = sortBy === undefined ? undefined : own(fields, sortBy);
  if (field === undefined) return sortOrder === 'desc' ? found.reverse() : found;
  const sign = sortOrder === 'desc' ? -1 : 1;
  return found.sort((left, right) => sign * compare(field.read(left), field.read(right)));
}

export function slicePage<Item>(
  items: readonly Item[],
  { offset = 0, limit }: ListQuery,
  max: number,
): readonly Item[] {
  return items.slice(offset, offset + (limit ?? max));
}

/** Default page size. */
export const DEFAULT_PAGE_SIZE = 50;

/** Returns a page and the offset of the next one (null after the last page), for organisation units and roles. */
export function paginate<Item>(items: readonly Item[], query: ListQuery, max: number) {
  const page = slicePage(items, query, max);
  const reached = (query.offset ?? 0) + page.length;
  return { page, next: page.length > 0 && reached < items.length ? reached : null };
}

function parseFilter<Item>(
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
  if (field === undefined)
    throw createFilterProblem(`unknown field \`${shorten(name)}\`; the fields are ${listNames(name, names)}`);
  if (isTextOperator(operator)) {
    if (field.kind === 'time') {
      const ordered = operators.filter((candidate) => !isTextOperator(candidate));
      throw createFilterProblem(`field \`${name}\` has no operator \`${operator}\`; use one of ${ordered.join(' ')}`);
    }
    const part = value.toLowerCase();
    return (item) => matchesText(operator, readText(field, item), part);
  }
  const wanted = parseValue(name, field.kind, value);
  return (item) => matchesValue(operator, field.read(item), wanted);
}

/** A date, or a time with a time zone (RFC 3339). */
const TIME_PATTERN = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?$/i;

/** Parses a time from the query, in milliseconds; null if it is invalid. */
export function parseTime(text: string): number | null {
  const time = TIME_PATTERN.test(text) && isExistingDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** Checks that a day exists: `Date` parses 31 February as a day in March. */
function isExistingDay(day: string): boolean {
  const midnight = Date.parse(day);
  return !Number.isNaN(midnight) && rfc3339(midnight).startsWith(day);
}

/** Describes a valid time in error messages. */
export const TIME_REQUIREMENT = 'must be a time such as `2026-01-15T12:00:00Z`';

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
      if (!/^-?\d+(?:\.\d+)?$/.test(text))
        throw createFilterProblem(`the value of \`${name}\` must be a number such as \`1.5\``);
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false')
        throw createFilterProblem(`the value of \`${name}\` must be \`true\` or \`false\``);
      return text === 'true';
  }
}

type TextOperator = Extract<Operator, '=@' | '!@' | '=^' | '=$'>;

function isTextOperator(operator: Operator): operator is TextOperator {
  return operator.includes('@') || operator === '=^' || operator === '=$';
}

/** Case-insensitive. */
function matchesText(operator: TextOperator, text: string, part: string): boolean {
  switch (operator) {
    case '=@':
      return text.includes(part);
    case '!@':
      return !text.includes(part);
    case '=^':
      return text.startsWith(part);
    case '=$':
      return text.endsWith(part);
  }
}

/** Case-sensitive. */
function matchesValue(operator: Exclude<Operator, TextOperator>, value: FieldValue, wanted: string | number | boolean) {
  switch (operator) {
    case '==':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<=':
      return value !== null && value <= wanted;
    case '>=':
      return value !== null && value >= wanted;
  }
}

/** Returns a value as text for matching, in lower case. */
function readText<Item>({ read }: Field<Item>, item: Item): string {
  return String(read(item) ?? '').toLowerCase();
}

/** Absent values sort first. */
function compare(left: FieldValue, right: FieldValue): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

function createFilterProblem(description: string): Problem {
  return new Problem('invalid_request', `Query parameter \`filterBy\`: ${description}.`);
}
