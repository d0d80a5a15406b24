import { stopwatch } from '../core/clock.ts';
import { own } from '../core/members.ts';
import { eventLoopTurn } from '../platform/time.ts';
import { MOST_SEARCHED, type Page, type PageQuery, type Row } from './collections.ts';
import type { Entry } from './entry.ts';
import type { Table } from './table.ts';

/** Members of a query that stand for members of the row, and not of its body. */
const OF_ROW: Readonly<Record<string, (row: Row) => string | number | null>> = {
  id: ({ id }) => id,
  parent: ({ parent }) => parent,
  name: ({ facets }) => facets?.name ?? null,
  state: ({ facets }) => facets?.state ?? null,
  createdAt: ({ facets }) => facets?.createdAt ?? null,
  modifiedAt: ({ facets }) => facets?.modifiedAt ?? null,
};

/** How long a search may block other requests, in milliseconds. */
const SLICE_MS = 8;
/** The number of rows after which a search checks the time. */
const ROWS_PER_CHECK = 500;

/** Does a query select a row? */
type Condition = (row: Row) => boolean;

/** One page of the rows of a table (`Collections.page`). */
export async function pageOf(table: Table, query: PageQuery): Promise<Page> {
  const { account, whose, where, order, search } = query;
  const isAsked = conditionOf(query);
  const entries = table.inOrder(order.by);
  if (search !== null) return searchedPage(entries, query, isAsked);
  const kind = JSON.stringify([account, whose, where]);
  const count = table.countOf(kind);
  if (count !== undefined) return countedPage(entries, query, isAsked, count);
  const page = wholePage(entries, query, isAsked);
  table.noteCount(kind, page.count);
  return page;
}

function wholePage(entries: readonly Entry[], query: PageQuery, isAsked: Condition): Page {
  const collected = new Collected(query);
  for (const { row, size } of inDirection(entries, query.order.descending)) {
    if (isAsked(row)) collected.add(row, size);
  }
  return collected.page;
}

/** With a known number of rows, only the rows between the nearer end and the page are read. */
function countedPage(entries: readonly Entry[], query: PageQuery, isAsked: Condition, count: number): Page {
  const { offset, limit, most, order } = query;
  const length = Math.max(0, Math.min(limit, count - offset));
  const isFromEnd = offset > count / 2;
  let skipped = isFromEnd ? count - offset - length : offset;
  const found: Entry[] = [];
  for (const entry of inDirection(entries, order.descending !== isFromEnd)) {
    if (found.length >= length) break;
    if (!isAsked(entry.row)) continue;
    if (skipped > 0) skipped -= 1;
    else found.push(entry);
  }
  if (isFromEnd) found.reverse();
  return { count, rows: rowsWithRoom(found, most) };
}

function* inDirection(entries: readonly Entry[], descending: boolean): Iterable<Entry> {
  const last = entries.length - 1;
  for (let index = 0; index <= last; index += 1) yield entries[descending ? last - index : index] as Entry;
}

/** Other requests may change the table between two slices, so the search reads a copy of the rows from its start. */
async function searchedPage(entries: readonly Entry[], query: PageQuery, isAsked: Condition): Promise<Page> {
  const collected = new Collected(query);
  const all = entries.map(({ row, size }) => ({ row, size }));
  if (query.order.descending) all.reverse();
  let begun = stopwatch();
  for (const [index, { row, size }] of all.entries()) {
    if (index % ROWS_PER_CHECK === 0 && stopwatch() - begun > SLICE_MS) {
      await eventLoopTurn();
      begun = stopwatch();
    }
    if (isAsked(row)) collected.add(row, size);
  }
  return collected.page;
}

/** Collects the rows of one page, and counts the rows of all pages. */
class Collected {
  readonly #query: PageQuery;
  readonly #rows: Pick<Entry, 'row' | 'size'>[] = [];
  #count = 0;

  constructor(query: PageQuery) {
    this.#query = query;
  }

  add(row: Row, size: number): void {
    const { offset, limit } = this.#query;
    if (this.#count >= offset && this.#rows.length < limit) this.#rows.push({ row, size });
    this.#count += 1;
  }

  get page(): Page {
    return { count: this.#count, rows: rowsWithRoom(this.#rows, this.#query.most) };
  }
}

function conditionOf({ account, whose, where, search }: PageQuery): Condition {
  const conditions = [
    ...(account === null ? [] : [whoseCondition(account, whose)]),
    ...where.map(({ member, value }) => memberCondition(member, value)),
    ...(search === null ? [] : [searchCondition(search)]),
  ];
  const [only = () => true] = conditions;
  return conditions.length <= 1 ? only : (row) => conditions.every((condition) => condition(row));
}

function whoseCondition(account: string, whose: PageQuery['whose']): Condition {
  const isShared = ({ sharedWith }: Row) =>
    sharedWith.length > 0 && (sharedWith.includes(account) || sharedWith.includes('*'));
  if (whose === 'own') return ({ owner }) => owner === account;
  if (whose === 'others') return (row) => row.owner !== account && isShared(row);
  return (row) => row.owner === account || isShared(row);
}

/** If a member of a body is a list, one matching entry is enough. */
function memberCondition(member: string, value: string): Condition {
  const ofRow = own(OF_ROW, member);
  if (ofRow !== undefined) return (row) => ofRow(row) === value;
  const path = member.split('.');
  return ({ body }) => {
    const found = memberAt(body, path);
    return Array.isArray(found) ? found.includes(value) || textOf(found) === value : textOf(found) === value;
  };
}

function searchCondition({ members, text }: NonNullable<PageQuery['search']>): Condition {
  const wanted = text.toLowerCase();
  const reads = members.map((member) => {
    const ofRow = own(OF_ROW, member);
    const path = member.split('.');
    return (row: Row) => textOf(ofRow === undefined ? memberAt(row.body, path) : ofRow(row));
  });
  return (row) => reads.some((read) => read(row)?.slice(0, MOST_SEARCHED).toLowerCase().includes(wanted) === true);
}

function memberAt(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = own(value as Readonly<Record<string, unknown>>, name);
  }
  return value;
}

/** The text of a member for comparisons; null if there is none. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The first rows of a page whose bodies have at most `most` characters together, but at least one row. */
function rowsWithRoom(found: readonly Pick<Entry, 'row' | 'size'>[], most = Number.POSITIVE_INFINITY): readonly Row[] {
  let characters = 0;
  const end = found.findIndex(({ size }, index) => {
    characters += size;
    return characters > most && index > 0;
  });
  return found.slice(0, end < 0 ? found.length : end).map(({ row }) => row);
}
