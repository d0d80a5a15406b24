import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import type { Change } from '../../../store/row.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { createOwnedRow, createPut } from '../objects.ts';
import { createPage, createPageOfComputed } from '../pages.ts';
import { type AirRow, anyCollectionOf, collectionOf, type RowOf } from '../stored.ts';
import { IMAGE_HISTORY } from '../tables/images.ts';
import type { AirResource } from '../tables/index.ts';
import { DEMO_HISTORY } from '../tables/marketplace.ts';
import { NODE_HISTORY, NODES } from '../tables/network.ts';
import { HISTORIES, SIMULATION_HISTORY, SIMULATIONS } from '../tables/simulations.ts';

export function createHistoryEntry(
  context: AuthenticatedContext,
  model: 'simulation' | 'node' | 'image' | 'marketplacedemo',
  objectId: string,
  description: string,
  labels: readonly string[] = [],
): Change {
  const members = { object_id: objectId, model, actor: creatorOf(context), description, category: 'INFO' } as const;
  return createPut(createOwnedRow(context, HISTORIES, { members, hidden: { labels }, parent: objectId }));
}

function renderFlatEntry({ body }: RowOf<'histories'>): Schema<'air', 'History'> {
  return { ...body.members, created: rfc3339(body.created) };
}

/** Renders a history entry in the format of the later API. */
function renderNestedEntry(row: RowOf<'histories'>): Schema<'air', 'HistoryEntry'> {
  const { category, ...entry } = renderFlatEntry(row);
  return { ...entry, severity: category, labels: [...labelsOf(row)] };
}

function labelsOf({ body }: RowOf<'histories'>): readonly string[] {
  return body.hidden.labels ?? [];
}

function readEntries({ store, target }: AuthenticatedContext<AirRow>): Promise<readonly RowOf<'histories'>[]> {
  return collectionOf(HISTORIES).ofParent(store.collections, target.id);
}

function createNestedList({ name, path }: AirResource): Handler<'air', 'simulation_history_list', AirRow> {
  return async (context) => {
    const entries = await readEntries(context);
    const source = { path: path.replace('{id}', context.target.id), list: `${name}_list`, search: HISTORIES.search };
    return createPageOfComputed(context, source, entries.map(renderNestedEntry));
  };
}

const nestedFilters: Handler<'air', 'simulation_history_filters', AirRow> = async (context) => {
  const entries = await readEntries(context);
  const distinct = (values: readonly string[]) => [...new Set(values)].sort();
  const body = {
    actors: distinct(entries.map((entry) => entry.body.members.actor)),
    severities: distinct(entries.map((entry) => entry.body.members.category)),
    labels: distinct(entries.flatMap(labelsOf)),
  };
  return { status: 200, body };
};

export const historyOperations = {
  /** Lists the history of an object or, without `object_id`, of all objects of the organisation. */
  histories_list: async (context) => {
    const { model, object_id } = context.query;
    if (object_id === undefined) return createPage(context, HISTORIES, renderFlatEntry);
    const table = model === 'node' ? NODES : SIMULATIONS;
    const object = await anyCollectionOf(table.name).byId(context.store.collections, object_id);
    if (object === null || object.owner !== accountOf(context)) throw new Problem('not_found');
    return createPage(context, HISTORIES, renderFlatEntry);
  },
  simulation_history_list: createNestedList(SIMULATION_HISTORY),
  simulation_history_filters: nestedFilters,
  node_history_list: createNestedList(NODE_HISTORY),
  node_history_filters: nestedFilters,
  image_history_list: createNestedList(IMAGE_HISTORY),
  image_history_filters: nestedFilters,
  demo_history_list: createNestedList(DEMO_HISTORY),
  demo_history_filters: nestedFilters,
} satisfies Partial<Operations<'air'>>;
