import { own } from '../lib/members.ts';
import { Pacer } from '../lib/pacer.ts';
import { isSharedWith, limitSize, MAX_SEARCHED, type Page, type PageQuery, type Row } from './row.ts';
import type { Rows } from './rows.ts';

/** Members of a query that refer to the row instead of its body. */
const ROW_MEMBERS: Readonly<Record<string, (row: Row) => string | number | null>> = {
  id: ({ id }) => id,
  parent: ({ parent }) => parent,
  name: ({ facets }) => facets?.name ?? null,
  state: ({ facets }) => facets?.state ?? null,
  createdAt: ({ facets }) => facets?.createdAt ?? null,
  modifiedAt: ({ facets }) => facets?.modifiedAt ?? null,
};

/** How many rows a search reads before it checks the time. */
const ROWS_PER_CHECK = 100;

type Condition = (row: Row) => boolean;

export async function findPage(rows: Rows, query: PageQuery): Promise<Page> {
  const { account, whose, where, order, search } = query;
  const matches = createCondition(query);
  const all = rows.inOrder(order.by);
  if (search !== null) return findSearchedPage(all, query, matches);
  let page: Page | null = null;
  const count = rows.cacheCount(JSON.stringify([account, whose, where]), () => {
    const collected = new PageCollector(query);
    for (const row of iterateRows(all, order.descending)) if (matches(row)) collected.add(row);
    page = collected.page;
    return page.count;
  });
  return page ?? findCountedPage(all, query, matches, count);
}

/** With a known number of rows, reads only from the nearer end up to the page. */
function findCountedPage(rows: readonly Row[], query: PageQuery, matches: Condition, count: number): Page {
  const { offset, limit, most: max, order } = query;
  const length = Math.max(0, Math.min(limit, count - offset));
  const isFromEnd = offset > count / 2;
  let skipped = isFromEnd ? count - offset - length : offset;
  const pageRows: Row[] = [];
  for (const row of iterateRows(rows, order.descending !== isFromEnd)) {
    if (pageRows.length >= length) break;
    if (!matches(row)) continue;
    if (skipped > 0) skipped -= 1;
    else pageRows.push(row);
  }
  if (isFromEnd) pageRows.reverse();
  return { count, rows: limitSize(pageRows, max) };
}

function* iterateRows(rows: readonly Row[], descending: boolean): Iterable<Row> {
  const last = rows.length - 1;
  for (let index = 0; index <= last; index += 1) yield rows[descending ? last - index : index] as Row;
}

/** Other requests may change the collection while the search pauses, so it reads a copy of the rows. */
async function findSearchedPage(rows: readonly Row[], query: PageQuery, matches: Condition): Promise<Page> {
  const collected = new PageCollector(query);
  const pacer = new Pacer();
  for (const [index, row] of [...iterateRows(rows, query.order.descending)].entries()) {
    if (index % ROWS_PER_CHECK === 0 && pacer.isLong) await pacer.pause();
    if (matches(row)) collected.add(row);
  }
  return collected.page;
}

class PageCollector {
  readonly #query: PageQuery;
  readonly #rows: Row[] = [];
  #count = 0;

  constructor(query: PageQuery) {
    this.#query = query;
  }

  add(row: Row): void {
    const { offset, limit } = this.#query;
    if (this.#count >= offset && this.#rows.length < limit) this.#rows.push(row);
    this.#count += 1;
  }

  get page(): Page {
    return { count: this.#count, rows: limitSize(this.#rows, this.#query.most) };
  }
}

function createCondition({ account, whose, where, search }: PageQuery): Condition {
  const conditions = [
    ...(account === null ? [] : [createOwnerCondition(account, whose)]),
    ...where.map(({ member, value }) => createMemberCondition(member, value)),
    ...(search === null ? [] : [createSearchCondition(search)]),
  ];
  const [first = () => true] = conditions;
  // Most queries have one condition, which needs no loop.
  return conditions.length <= 1 ? first : (row) => conditions.every((condition) => condition(row));
}

function createOwnerCondition(account: string, whose: PageQuery['whose']): Condition {
  if (whose === 'own') return ({ owner }) => owner === account;
  if (whose === 'others') return (row) => row.owner !== account && isSharedWith(row, account);
  return (row) => row.owner === account || isSharedWith(row, account);
}

/** If the member is a list, one matching entry is enough. */
function createMemberCondition(member: string, value: string): Condition {
  const ofRow = own(ROW_MEMBERS, member);
  if (ofRow !== undefined) return (row) => ofRow(row) === value;
  const path = member.split('.');
  return ({ body }) => {
    const actual = readMember(body, path);
    return Array.isArray(actual) ? actual.includes(value) || toText(actual) === value : toText(actual) === value;
  };
}

function createSearchCondition({ members, text }: NonNullable<PageQuery['search']>): Condition {
  const lowerCaseText = text.toLowerCase();
  const readers = members.map((member) => {
    const ofRow = own(ROW_MEMBERS, member);
    const path = member.split('.');
    return (row: Row) => toText(ofRow === undefined ? readMember(row.body, path) : ofRow(row));
  });
  return (row) =>
    readers.some((read) => read(row)?.slice(0, MAX_SEARCHED).toLowerCase().includes(lowerCaseText) === true);
}

function readMember(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = own(value as Readonly<Record<string, unknown>>, name);
  }
  return value;
}

function toText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
