import { own } from '../../lib/members.ts';
import { type Fields, type FieldValue, OPERATORS, type Operator, parseFilter, readText } from './list-filters.ts';

/** The query of a list, already validated against the document. */
export interface ListQuery {
  readonly filterBy?: readonly string[];
  readonly sortBy?: string;
  readonly sortOrder?: 'asc' | 'desc';
  readonly search?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** Filters and sorts. @param searchedNames fields for `search` @throws Problem with the valid fields or operators */
export function selectItems<Item>(
  items: readonly Item[],
  { filterBy = [], search = '', sortBy, sortOrder }: ListQuery,
  fields: Fields<Item>,
  searchedNames: readonly string[],
  operators: readonly Operator[] = OPERATORS,
): Item[] {
  const filters = filterBy.filter((text) => text !== '').map((text) => parseFilter(text, fields, operators));
  const searchText = search.toLowerCase();
  const searchedFields = searchedNames.flatMap((name) => own(fields, name) ?? []);
  const matching = items.filter(
    (item) =>
      filters.every((matches) => matches(item)) &&
      (searchText === '' || searchedFields.some((field) => readText(field, item).includes(searchText))),
  );
  const field = sortBy === undefined ? undefined : own(fields, sortBy);
  if (field === undefined) return sortOrder === 'desc' ? matching.reverse() : matching;
  const sign = sortOrder === 'desc' ? -1 : 1;
  return matching.sort((left, right) => sign * compareValues(field.read(left), field.read(right)));
}

/** @param defaultLimit page size if the query has no `limit` */
export function slicePage<Item>(items: readonly Item[], query: ListQuery, defaultLimit = 50): readonly Item[] {
  const { offset = 0, limit = defaultLimit } = query;
  return items.slice(offset, offset + limit);
}

/** Returns a page and the offset of the next page, which is null after the last page. */
export function paginate<Item>(items: readonly Item[], query: ListQuery) {
  const page = slicePage(items, query);
  const end = (query.offset ?? 0) + page.length;
  return { page, next: page.length > 0 && end < items.length ? end : null };
}

/** Compares values for sorting. Absent values come first. */
function compareValues(left: FieldValue, right: FieldValue): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}
