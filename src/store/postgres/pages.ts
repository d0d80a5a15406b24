import { own } from '../../core/own.ts';
import { MOST_SEARCHED, type Page, type PageQuery, type Row } from '../collections.ts';
import { withRoom } from '../page-room.ts';
import type { Reader } from './connection.ts';
import { OBJECT_COLUMNS, type StoredRow } from './objects.ts';
import type { Tables } from './statements.ts';

/** Columns by which rows are found without reading their bodies. */
const COLUMNS: Readonly<Record<string, string>> = {
  id: 'o.id',
  parent: 'o.parent',
  name: 'o.name',
  state: 'o.state',
  createdAt: 'o.created_at',
  modifiedAt: 'o.modified_at',
};

/** Reads pages of one world. @param read makes a row of what is stored */
export function pageReader(
  reader: Reader,
  { schema, folded }: Tables,
  world: string,
  read: (stored: StoredRow) => Row,
): (query: PageQuery) => Promise<Page> {
  return async (query) => {
    const values = new Values(world, query.collection);
    const from = `FROM ${schema}.objects o WHERE ${conditionsOf(query, values, folded)}`;
    const [counted] = await reader.query<{ readonly count: string }>(`SELECT count(*) AS count ${from}`, values.all);
    const { order, limit, offset } = query;
    const direction = order.descending ? 'DESC' : 'ASC';
    const by =
      order.by === 'id'
        ? `o.id ${direction}`
        : `${COLUMNS[order.by]} ${direction} NULLS ${order.descending ? 'LAST' : 'FIRST'}, o.id ${direction}`;
    const paged = `SELECT ${OBJECT_COLUMNS} ${from} ORDER BY ${by} LIMIT ${values.add(limit)} OFFSET ${values.add(offset)}`;
    const rows = await reader.query<StoredRow>(paged, values.all);
    return {
      count: Number(counted?.count ?? 0),
      rows: withRoom(rows, ({ body }) => body.length, query.most).map(read),
    };
  };
}

/** The values of a statement, by their places. */
class Values {
  readonly #values: (string | number)[];

  constructor(...first: string[]) {
    this.#values = first;
  }

  /** @returns how the statement names it */
  add(value: string | number): string {
    this.#values.push(value);
    return `$${this.#values.length}`;
  }

  get all(): readonly (string | number)[] {
    return this.#values;
  }
}

function conditionsOf({ account, whose, where, search }: PageQuery, values: Values, folded: Tables['folded']): string {
  const parts = ['o.world = $1', 'o.collection = $2', 'o.name IS NOT NULL', whoseRows(account, whose, values)];
  for (const { member, value } of where) parts.push(matches(member, values.add(value)));
  if (search !== null) parts.push(searched(search, values, folded));
  return parts.join(' AND ');
}

/** Is the text a part of one of the members? */
function searched(
  { members, text }: NonNullable<PageQuery['search']>,
  values: Values,
  folded: Tables['folded'],
): string {
  if (members.length === 0) return 'false';
  const wanted = values.add(text.toLowerCase());
  const found = members.map(
    (member) => `strpos(${folded(`left(${expression(member)}, ${MOST_SEARCHED})`)}, ${wanted}) > 0`,
  );
  return `(${found.join(' OR ')})`;
}

/** The condition on the owners of rows. */
function whoseRows(account: string | null, whose: PageQuery['whose'], values: Values): string {
  if (account === null) return 'true';
  const its = values.add(account);
  const shared = `o.shared && ARRAY[${its}, '*']`;
  if (whose === 'own') return `o.owner = ${its}`;
  return whose === 'others' ? `(o.owner <> ${its} AND ${shared})` : `(o.owner = ${its} OR ${shared})`;
}

/** If a member is a list, it is enough that one of its entries matches. */
function matches(member: string, value: string): string {
  const equal = `${expression(member)} = ${value}`;
  if (own(COLUMNS, member) !== undefined) return equal;
  const path = pathOf(member);
  const entries = `json_array_elements_text(CASE json_typeof(o.body::json #> ${path}) WHEN 'array' THEN o.body::json #> ${path} ELSE '[]' END)`;
  return `(${equal} OR EXISTS (SELECT 1 FROM ${entries} AS entry WHERE entry = ${value}))`;
}

/** Members of bodies are compared as texts. */
function expression(member: string): string {
  return own(COLUMNS, member) ?? `(o.body::json #>> ${pathOf(member)})`;
}

/** The path to a member of a body. Names of members come from tables. */
function pathOf(member: string): string {
  return `'{${member.split('.').join(',')}}'`;
}
