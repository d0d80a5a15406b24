import type { Database } from 'better-sqlite3';
import { type Budget, Held } from '../../core/held.ts';
import { own } from '../../core/own.ts';
import type { Page, PageQuery } from '../collections.ts';
import { withRoom } from '../page-room.ts';
import { MOST_SEARCHED, OBJECT_COLUMNS, type StoredRow } from './objects.ts';
import type { Rows } from './rows.ts';
import type { Prepared, Statements } from './statements.ts';

/** Columns by which rows are found without reading their bodies. */
const COLUMNS: Readonly<Record<string, string>> = {
  id: 'id',
  parent: 'parent',
  name: 'name',
  state: 'state',
  createdAt: 'created_at',
  modifiedAt: 'modified_at',
};

const SHARES = `object_shares WHERE object_shares.collection = @collection AND account IN (@account, '*')`;
const SHARED = `objects.seq IN (SELECT seq FROM ${SHARES})`;

/** How many statements of each kind stay prepared: there are few, because names of members come from tables. */
const MOST_STATEMENTS = 100;

/** Prepares a statement once per text, as long as there are not too many. */
function kept<Result>(
  prepare: (sql: string) => Prepared<[Values], Result>,
): (sql: string) => Prepared<[Values], Result> {
  const known = new Map<string, Prepared<[Values], Result>>();
  return (sql) => {
    const before = known.get(sql);
    if (before !== undefined) return before;
    if (known.size >= MOST_STATEMENTS) known.clear();
    const statement = prepare(sql);
    known.set(sql, statement);
    return statement;
  };
}

/** How many rows there are of each kind that was asked for, by the revision of their collection. */
export type CountedLists = Held<number>;

const COUNT_BYTES = 500;

export function countedLists(budget: Budget): CountedLists {
  return new Held(budget, () => COUNT_BYTES);
}

/** Reads pages. The number of rows is remembered until the collection changes, because counting is the slow part. */
export function pageReader(statements: Statements, stored: Rows, counted: CountedLists): (query: PageQuery) => Page {
  const counting = kept((sql) => statements.prepare<[Values], number>(sql).pluck());
  const listing = kept((sql) => statements.prepare<[Values], StoredRow>(sql));
  let folding: Database | undefined;
  /** SQLite itself knows only the case of ASCII. */
  const teachFolding = () => {
    const { database } = statements;
    if (folding !== database) database.function('fold', { deterministic: true }, (text) => String(text).toLowerCase());
    folding = database;
  };
  const count = (collection: string, rows: string, values: Values) => {
    const name = `${collection} ${stored.size(collection).revision} ${rows} ${JSON.stringify(values)}`;
    return counted.find(name) ?? counted.keep(name, counting(`SELECT count(*) FROM ${rows}`).get(values) ?? 0);
  };
  const isShared = ({ collection, account }: PageQuery) =>
    account !== null && count(collection, `(SELECT 1 FROM ${SHARES} LIMIT 1)`, { collection, account }) > 0;

  /** If the index finds few objects, they are read one by one; otherwise they turn up soon enough in any order. */
  const isRare = ({ search, collection }: PageQuery) => {
    if (search === null || !isIndexed(search.text)) return false;
    const found = `(SELECT 1 FROM object_texts WHERE object_texts MATCH @phrase LIMIT ${FEW})`;
    return count(collection, found, { phrase: phraseOf(search.text) }) < FEW;
  };

  return (query) => {
    teachFolding();
    const rare = isRare(query);
    const { where, values } = conditions(query, isShared(query), rare);
    const from = rare ? `object_texts CROSS JOIN objects ON objects.seq = object_texts.rowid` : 'objects';
    const all = count(query.collection, `${from} WHERE ${where}`, values);
    const read = (part: PageQuery) => rowsOf(part, all, from, where, values, listing);
    return { count: all, rows: boundedRows(query, read).map((one) => stored.read(one)) };
  };
}

/** How many rows are read at first: a page of large ones may have no room for more. */
const FIRST_PART = 32;

/** The rows of a page, as far as there is room for their bodies. */
function boundedRows(query: PageQuery, read: (part: PageQuery) => StoredRow[]): readonly StoredRow[] {
  const { limit, offset, most } = query;
  if (most === undefined) return read(query);
  const rows: StoredRow[] = [];
  for (let size = FIRST_PART; rows.length < limit; size *= 2) {
    const asked = Math.min(size, limit - rows.length);
    const part = read({ ...query, offset: offset + rows.length, limit: asked });
    rows.push(...part);
    const fitting = withRoom(rows, most);
    if (fitting.length < rows.length || part.length < asked) return fitting;
  }
  return rows;
}

/** The index is made of groups of three letters. */
const SHORTEST_SEARCH = 3;
/**
 * For a long text only its beginning is looked up in the index: the index compares every group of letters with all of
 * its places in every row that has it, and the rows it finds are checked again anyway.
 */
const LONGEST_PHRASE = 24;
const FEW = 1000;

/** A phrase for the index ends at a NUL. */
function isIndexed(text: string): boolean {
  return [...text].length >= SHORTEST_SEARCH && !text.includes('\0');
}

/** The beginning of a text as a literal phrase, whatever characters are in it. */
function phraseOf(text: string): string {
  const beginning = [...text.toLowerCase()].slice(0, LONGEST_PHRASE).join('');
  return `"${beginning.replaceAll('"', '""')}"`;
}

type Values = Readonly<Record<string, string | number>>;

/** The last pages are read from the end, because skipping rows is the slow part. */
function rowsOf(
  query: PageQuery,
  count: number,
  from: string,
  where: string,
  values: Values,
  listing: (sql: string) => Prepared<[Values], StoredRow>,
) {
  const { order, limit, offset } = query;
  const taken = Math.min(limit, count - offset);
  if (taken <= 0) return [];
  const fromEnd = offset > count / 2;
  const direction = order.descending === fromEnd ? 'ASC' : 'DESC';
  const column = COLUMNS[order.by];
  const by = order.by === 'id' ? `id ${direction}` : `${column} ${direction}, id ${direction}`;
  const skip = fromEnd ? count - offset - taken : offset;
  const rows = listing(
    `SELECT ${OBJECT_COLUMNS} FROM ${from} WHERE ${where} ORDER BY ${by} LIMIT @taken OFFSET @skip`,
  ).all({ ...values, taken, skip });
  return fromEnd ? rows.reverse() : rows;
}

/** The condition on the owners of rows. */
function whoseRows(account: string | null, whose: PageQuery['whose'], shared: boolean): string {
  if (account === null) return '1';
  if (whose === 'others') return shared ? `(owner <> @account AND ${SHARED})` : '0';
  return shared && whose !== 'own' ? `(owner = @account OR ${SHARED})` : 'owner = @account';
}

function conditions({ collection, account, whose, where, search }: PageQuery, shared: boolean, rare: boolean) {
  const values: Record<string, string> = { collection, account: account ?? '' };
  const parts = ['objects.collection = @collection', whoseRows(account, whose, shared), 'name IS NOT NULL'];
  for (const [index, { member, value }] of where.entries()) {
    values[`value${index}`] = value;
    parts.push(matches(member, `@value${index}`));
  }
  if (search !== null) {
    if (rare) {
      values['phrase'] = phraseOf(search.text);
      parts.unshift('object_texts MATCH @phrase');
    }
    values['search'] = search.text.toLowerCase();
    const found = search.members.map(
      (member) => `instr(fold(substr(${expression(member)}, 1, ${MOST_SEARCHED})), @search) > 0`,
    );
    parts.push(found.length === 0 ? '0' : `(${found.join(' OR ')})`);
  }
  return { where: parts.join(' AND '), values };
}

/** If a member is a list, it is enough that one of its entries matches. */
function matches(member: string, value: string): string {
  const equal = `${expression(member)} = ${value}`;
  if (own(COLUMNS, member) !== undefined) return equal;
  const path = `'$.${member}'`;
  const listed = `EXISTS (SELECT 1 FROM json_each(body, ${path}) WHERE json_each.value = ${value})`;
  return `(${equal} OR (json_type(body, ${path}) = 'array' AND ${listed}))`;
}

/** Members of bodies are compared as texts, and true and false by their names. */
function expression(member: string): string {
  const column = own(COLUMNS, member);
  if (column !== undefined) return column;
  const path = `'$.${member}'`;
  return `CASE json_type(body, ${path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(json_extract(body, ${path}) AS TEXT) END`;
}
