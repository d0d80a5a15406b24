import type { AuthenticatedContext } from '../../contract/request.ts';
import type { Outcome } from '../../core/outcome.ts';
import { own } from '../../core/own.ts';
import type { PageQuery } from '../../store/collections.ts';
import { isOperator } from './caller.ts';
import { ownerOf } from './objects.ts';
import type { Resource } from './resource-types.ts';
import { collectionOf, type RowOf } from './stored.ts';
import type { AirResource } from './tables/index.ts';

/** No vendor page states the default or the maximum of `limit`. */
const DEFAULT_LIMIT = 100;
const MOST_LIMIT = 1000;

/** A page ends at this number of characters, because the whole answer is in memory. */
const MOST_TEXT = 8 * 1024 * 1024;

const OWNED = 'is_owned_by_client';
/** A filter that no object matches. */
const NOTHING = { member: 'id', value: '' } as const;
const ORDERS = { id: 'id', name: 'name', created: 'createdAt', modified: 'modifiedAt', state: 'state' } as const;

/** `limit` and `offset` are numbers, everything else is text. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A request for a list. */
interface Listing extends AuthenticatedContext {
  readonly query: Query;
}

type PageOf<View> = Outcome<200, Slice<View>>;

interface Slice<View> {
  /** The number of entries on all pages together. */
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly View[];
}

/** Answers with one page of a resource. */
export async function page<Its extends Resource, View>(
  context: Listing,
  resource: Its,
  view: (row: RowOf<Its['name']>) => View | Promise<View>,
): Promise<PageOf<View>> {
  const { rows, ...extent } = await rowsOfPage(context, resource);
  return pageOf(context, resource.path, extent, await Promise.all(rows.map(view)));
}

/** Reads the rows of the requested page. */
async function rowsOfPage<Its extends Resource>(
  context: Listing,
  resource: Its,
): Promise<Extent & { readonly rows: readonly RowOf<Its['name']>[] }> {
  const { query } = context;
  const { limit, offset } = boundsOf(query);
  const { count, rows } = await collectionOf(resource).page(context.store.collections, {
    account: seesAll(context, resource) ? null : ownerOf(context, resource),
    ...whoseOf(resource, query),
    where: wheresOf(resource, query),
    search: searchOf(resource, textOf(query, 'search')),
    order: orderOf(textOf(query, 'ordering')),
    limit,
    offset,
    most: MOST_TEXT,
  });
  return { count, limit, offset, rows };
}

/** Whether the caller sees the objects of every organisation. */
export function seesAll(
  context: AuthenticatedContext,
  { operatorsSeeAll }: Pick<AirResource, 'operatorsSeeAll'>,
): boolean {
  return operatorsSeeAll === true && isOperator(context);
}

interface Extent {
  readonly count: number;
  readonly limit: number;
  readonly offset: number;
}

/** Renders a page with absolute links to the next and previous pages. */
function pageOf<View>(context: Listing, path: string, extent: Extent, results: readonly View[]): PageOf<View> {
  const { count, limit, offset } = extent;
  const link = (start: number) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(context.query)) if (value !== undefined) search.set(name, String(value));
    search.set('limit', String(limit));
    search.set('offset', String(start));
    return `${context.origin}${path}?${search}`;
  };
  const end = offset + results.length;
  const next = end < count && results.length > 0 ? link(end) : null;
  const previous = offset > 0 ? link(Math.max(0, offset - limit)) : null;
  return { status: 200, body: { count, next, previous, results } };
}

/** Pages computed entries; any member can be a filter. */
export function pageOfAll<View extends Readonly<Record<string, unknown>>>(
  context: Listing,
  path: string,
  all: readonly View[],
): PageOf<View> {
  const { query } = context;
  const { limit, offset } = boundsOf(query);
  const asked = all.filter((entry) =>
    Object.entries(query).every(([name, value]) => {
      const member = own<unknown>(entry, name) ?? own<unknown>(entry, `${name}s`);
      return member === undefined || [member].flat().map(String).includes(String(value));
    }),
  );
  return pageOf(context, path, { count: asked.length, limit, offset }, asked.slice(offset, offset + limit));
}

function boundsOf(query: Query): { readonly limit: number; readonly offset: number } {
  const limit = Number(query['limit'] ?? 0);
  return {
    // 0 means the default. Larger values are capped and not refused, because clients request as much as they can get.
    limit: limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MOST_LIMIT),
    offset: Math.min(Number(query['offset'] ?? 0), Number.MAX_SAFE_INTEGER),
  };
}

function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  return value === undefined ? undefined : String(value);
}

/** The document lists the orders. */
function orderOf(text = 'created'): PageQuery['order'] {
  const descending = text.startsWith('-');
  return { by: own(ORDERS, descending ? text.slice(1) : text) ?? ORDERS.created, descending };
}

function searchOf({ search = [] }: AirResource, text: string | undefined): PageQuery['search'] {
  if (text === undefined || text === '') return null;
  return { members: search.map((member) => (member === 'name' ? member : `members.${member}`)), text };
}

/** The only filter that depends on the caller. */
function whoseOf({ filters = [] }: AirResource, query: Query): Pick<PageQuery, 'whose'> {
  const asked = filters.includes(OWNED) ? query[OWNED] : undefined;
  if (asked === 'true') return { whose: 'own' };
  return asked === 'false' ? { whose: 'others' } : {};
}

function wheresOf(resource: AirResource, query: Query): PageQuery['where'] {
  return (resource.filters ?? []).flatMap((filter) => {
    const value = textOf(query, filter);
    if (filter === OWNED) return [undefined, 'true', 'false'].includes(value) ? [] : [NOTHING];
    return value === undefined ? [] : [{ member: memberOf(resource, filter), value }];
  });
}

function memberOf({ part, hidden = [] }: AirResource, filter: string): string {
  if (filter === part) return 'parent';
  if (filter === 'id' || filter === 'name' || filter === 'state') return filter;
  return hidden.includes(filter) ? `hidden.${filter}` : `members.${filter}`;
}
