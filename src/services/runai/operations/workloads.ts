import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { type ListQuery, PAGE, pageOf, selectItems } from '../lists.ts';
import { attributesIn, scopesOf, WORKLOADS } from '../scopes.ts';
import { type PlacedWorkload, placeWorkload, renderWorkload, WORKLOAD_FIELDS } from '../workload-view.ts';

interface WorkloadQuery extends ListQuery {
  readonly deleted?: boolean;
}

/** The workloads of projects within the caller's scopes that the query selects. */
async function select(context: AuthenticatedContext, query: WorkloadQuery): Promise<PlacedWorkload[]> {
  // Nothing deletes a workload.
  if (query.deleted === true) return [];
  const scopes = await scopesOf(context);
  const rows = await WORKLOADS.ofOwner(context.store.collections, scopes.tenantId);
  const visible = rows
    .filter(({ body }) => context.mayAccess(attributesIn(scopes, 'project', body.projectId)))
    .map(({ body }) => placeWorkload(body, scopes));
  return selectItems(visible, query, WORKLOAD_FIELDS, ['name', 'projectName', 'departmentName']);
}

const listWorkloads: Handler<'runai', 'get_workloads'> = async (context) => {
  const { page, next } = pageOf(await select(context, context.query), context.query, PAGE);
  return { status: 200, body: { workloads: page.map(renderWorkload), ...(next !== null && { next }) } };
};

const countWorkloads: Handler<'runai', 'count_workloads'> = async (context) => ({
  status: 200,
  body: { count: (await select(context, context.query)).length },
});

export const workloadOperations = { get_workloads: listWorkloads, count_workloads: countWorkloads };
