import { listNames } from '../../core/nearest.ts';
import { own } from '../../core/own.ts';
import { Problem } from '../../core/problem.ts';

/** A value to filter and sort by. Times are in milliseconds. */
export type FieldValue = string | number | boolean | null;
/** A number is an integer, a decimal any number. */
type FieldKind = 'text' | 'time' | 'number' | 'decimal' | 'boolean';

/** A member that a list can be filtered and sorted by. */
export interface Field<Item> {
  readonly kind: FieldKind;
  readonly of: (item: Item) => FieldValue;
}

export type Fields<Item> = Readonly<Record<string, Field<Item>>>;

/** A documented member that no item has. Only `!=`, `!@` and the empty text match it. */
export function absent(kind: FieldKind): Field<unknown> {
  return { kind, of: () => null };
}

/** The query of a list, valid according to the document. */
export interface ListQuery {
  readonly filterBy?: readonly string[];
  readonly sortBy?: string;
  readonly sortOrder?: 'asc' | 'desc';
  readonly search?: string;
  readonly offset?: number;
  readonly limit?: number;
}

const OPERATORS = ['==', '!=', '<=', '>=', '=@', '!@', '=^', '=$'] as const;
type Operator = (typeof OPERATORS)[number];

const ORDERED: readonly Operator[] = ['==', '!=', '<=', '>='];
const EXACT: readonly Operator[] = ['==', '!='];
const OPERATORS_OF: Readonly<Record<FieldKind, readonly Operator[]>> = {
  text: OPERATORS,
  time: ORDERED,
  number: ORDERED,
  decimal: ORDERED,
  boolean: EXACT,
};

const FILTER = /^([A-Za-z][A-Za-z0-9]*)(==|!=|<=|>=|=@|!@|=\^|=\$)(.*)$/s;

/**
 * Filters and sorts the items; all pages together.
 *
 * @param searched the members that `search` looks in
 * @throws Problem naming the invalid filter, and the valid ones
 */
export function selectItems<Item>(
  items: readonly Item[],
  { filterBy = [], search = '', sortBy, sortOrder }: ListQuery,
  fields: Fields<Item>,
  searched: readonly string[],
): Item[] {
  const filters = filterBy.filter((text) => text !== '').map((text) => parseFilter(text, fields));
  const wanted = search.toLowerCase();
  const found = items.filter(
    (item) =>
      filters.every((fits) => fits(item)) &&
      (wanted === '' || searched.some((name) => textOf(own(fields, name)?.of(item) ?? null).includes(wanted))),
  );
  const field = sortBy === undefined ? undefined : own(fields, sortBy);
  if (field === undefined) return sortOrder === 'desc' ? found.reverse() : found;
  const sign = sortOrder === 'desc' ? -1 : 1;
  return found.sort((one, other) => sign * compare(field.of(one), field.of(other)));
}

export function slice<Item>(items: readonly Item[], { offset = 0, limit }: ListQuery, most: number): readonly Item[] {
  return items.slice(offset, offset + (limit ?? most));
}

/** How many items a page has unless the query says otherwise. */
export const PAGE = 50;

/** One page and the offset of the next, as organisation units and roles have it; null after the last page. */
export function pageOf<Item>(items: readonly Item[], query: ListQuery, most: number) {
  const page = slice(items, query, most);
  const reached = (query.offset ?? 0) + page.length;
  return { page, next: page.length > 0 && reached < items.length ? reached : null };
}

function parseFilter<Item>(text: string, fields: Fields<Item>): (item: Item) => boolean {
  const [, name = '', sign, value = ''] = FILTER.exec(text) ?? [];
  const names = Object.keys(fields);
  const operator = OPERATORS.find((one) => one === sign);
  if (operator === undefined) {
    throw badFilter(
      `\`${shorten(text)}\` must consist of a field, an operator (${OPERATORS.join(' ')}) and a value, such as \`${names[0]}==...\``,
    );
  }
  const field = own(fields, name);
  if (field === undefined)
    throw badFilter(`unknown field \`${shorten(name)}\`; the fields are ${listNames(name, names)}`);
  const { kind, of } = field;
  if (!OPERATORS_OF[kind].includes(operator)) {
    throw badFilter(`field \`${name}\` has no operator \`${operator}\`; use one of ${OPERATORS_OF[kind].join(' ')}`);
  }
  const wanted = parseValue(name, kind, value);
  return (item) => holds(operator, of(item), wanted);
}

/** A date, or a time with its zone (RFC 3339). */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?$/i;

function parseValue(name: string, kind: FieldKind, text: string): string | number | boolean {
  switch (kind) {
    case 'text':
      return text;
    case 'time': {
      const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
      if (Number.isNaN(time))
        throw badFilter(`the value of \`${name}\` must be a time such as \`2026-01-15T12:00:00Z\``);
      return time;
    }
    case 'number':
      if (!/^-?\d+$/.test(text)) throw badFilter(`the value of \`${name}\` must be an integer`);
      return Number(text);
    case 'decimal':
      if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw badFilter(`the value of \`${name}\` must be a number such as \`1.5\``);
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false')
        throw badFilter(`the value of \`${name}\` must be \`true\` or \`false\``);
      return text === 'true';
  }
}

/** `==` and `!=` are case-sensitive for texts; the operators on parts of texts are not. */
function holds(operator: Operator, value: FieldValue, wanted: string | number | boolean): boolean {
  switch (operator) {
    case '==':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<=':
      return value !== null && value <= wanted;
    case '>=':
      return value !== null && value >= wanted;
    case '=@':
      return textOf(value).includes(textOf(wanted));
    case '!@':
      return !textOf(value).includes(textOf(wanted));
    case '=^':
      return textOf(value).startsWith(textOf(wanted));
    case '=$':
      return textOf(value).endsWith(textOf(wanted));
  }
}

function textOf(value: FieldValue): string {
  return value === null ? '' : String(value).toLowerCase();
}

/** Absent values come first. */
function compare(one: FieldValue, other: FieldValue): number {
  if (one === other) return 0;
  if (one === null) return -1;
  if (other === null) return 1;
  return one < other ? -1 : 1;
}

function badFilter(what: string): Problem {
  return new Problem('invalid_request', `Query parameter \`filterBy\`: ${what}.`);
}

function shorten(text: string): string {
  return text.slice(0, 100);
}
