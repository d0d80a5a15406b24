import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { accountOf } from '../caller.ts';
import { flatEntry } from '../histories.ts';
import { page, pageOfAll } from '../pages.ts';
import { type AirRow, anyCollectionOf, collectionOf, type RowOf } from '../stored.ts';
import { IMAGE_HISTORY } from '../tables/images.ts';
import { DEMO_HISTORY } from '../tables/marketplace.ts';
import { NODE_HISTORY, NODES } from '../tables/network.ts';
import { HISTORIES, SIMULATION_HISTORY, SIMULATIONS } from '../tables/simulations.ts';

/** Lists the history of an object or, without `object_id`, of all objects of the organisation. */
const listHistories: Handler<'air', 'histories_list'> = async (context) => {
  const { model, object_id } = context.query;
  if (object_id === undefined) return page(context, HISTORIES, flatEntry);
  const of = model === 'node' ? NODES : SIMULATIONS;
  const about = await anyCollectionOf(of.name).byId(context.store.collections, object_id);
  if (about === null || about.owner !== accountOf(context)) throw new Problem('not_found');
  return page(context, HISTORIES, flatEntry);
};

/** Renders a history entry in the format of the later API. */
function nestedEntry(row: RowOf<'histories'>): Schema<'air', 'HistoryEntry'> {
  const { category, ...entry } = flatEntry(row);
  return { ...entry, severity: category, labels: [...labelsOf(row)] };
}

function labelsOf({ body }: RowOf<'histories'>): readonly string[] {
  return body.hidden.labels ?? [];
}

function entriesOf({ store, target }: AuthenticatedContext<AirRow>): Promise<readonly RowOf<'histories'>[]> {
  return collectionOf(HISTORIES).ofParent(store.collections, target.id);
}

type NestedList = Handler<'air', 'simulation_history_list', AirRow>;
type NestedFilters = Handler<'air', 'simulation_history_filters', AirRow>;

/** Builds the history list of an object. */
function nestedList({ name, path }: { readonly name: string; readonly path: string }): NestedList {
  return async (context) => {
    const entries = await entriesOf(context);
    const source = { path: path.replace('{id}', context.target.id), list: `${name}_list`, search: HISTORIES.search };
    return pageOfAll(context, source, entries.map(nestedEntry));
  };
}

const nestedFilters: NestedFilters = async (context) => {
  const entries = await entriesOf(context);
  const distinct = (values: readonly string[]) => [...new Set(values)].sort();
  const body = {
    actors: distinct(entries.map((entry) => entry.body.members.actor)),
    severities: distinct(entries.map((entry) => entry.body.members.category)),
    labels: distinct(entries.flatMap(labelsOf)),
  };
  return { status: 200, body };
};

export const historyOperations = {
  histories_list: listHistories,
  simulation_history_list: nestedList(SIMULATION_HISTORY),
  simulation_history_filters: nestedFilters,
  node_history_list: nestedList(NODE_HISTORY),
  node_history_filters: nestedFilters,
  image_history_list: nestedList(IMAGE_HISTORY),
  image_history_filters: nestedFilters,
  demo_history_list: nestedList(DEMO_HISTORY),
  demo_history_filters: nestedFilters,
};
