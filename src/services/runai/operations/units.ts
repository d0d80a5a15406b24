import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { type ListQuery, pageOf, selectItems } from '../lists.ts';
import { attributesIn, type Scopes, scopesOf, type Unit, type UnitType, WORKLOADS } from '../scopes.ts';
import { tenantIdOf, tenantNameOf } from '../tenant.ts';

const OF_TYPE: Readonly<Record<UnitType, (scopes: Scopes) => readonly Unit[]>> = {
  cluster: ({ clusters }) => clusters,
  department: ({ departments }) => departments,
  project: ({ projects }) => projects,
};

function lookupOf(type: UnitType): Lookup<Unit> {
  return async (context, id) => {
    const scopes = await scopesOf(context);
    const unit = scopes.unit(type, id);
    if (unit === null) return { found: 'nothing' };
    return { found: 'object', target: unit, attributes: attributesIn(scopes, type, id) };
  };
}

export const unitLookups = {
  cluster: lookupOf('cluster'),
  department: lookupOf('department'),
  project: lookupOf('project'),
};

/** The units within the caller's scopes. */
async function visible(context: AuthenticatedContext, type: UnitType): Promise<Unit[]> {
  const scopes = await scopesOf(context);
  return OF_TYPE[type](scopes).filter(({ id }) => context.mayAccess(attributesIn(scopes, type, id)));
}

const PAGE = 50;

/** A page of units, as organisation units have it. */
async function pageOfUnits(context: AuthenticatedContext, query: ListQuery, type: UnitType) {
  const fields = { name: { kind: 'text', of: ({ name }: Unit) => name } } as const;
  const all = selectItems(await visible(context, type), query, fields, ['name']);
  return pageOf(all, query, PAGE);
}

async function renderCluster(
  context: AuthenticatedContext,
  { id, name, createdAt }: Unit,
): Promise<Schema<'runai', 'Cluster'>> {
  return { uuid: id, name, tenantId: Number(await tenantIdOf(context)), createdAt: rfc3339(createdAt) };
}

/** Quotas are not emulated. */
const NO_RESOURCES = { totalResources: { gpuQuota: 0, cpuQuota: 0, memoryQuota: 0 }, resources: [] };

function renderDepartment({ id, name, clusterId, createdAt }: Unit): Schema<'runai', 'Department'> {
  const at = rfc3339(createdAt);
  return {
    ...{ id, name, description: '', createdAt: at, updatedAt: at, ...NO_RESOURCES },
    ...(clusterId !== undefined && { clusterId }),
  };
}

function renderProject({ departmentId, ...unit }: Unit): Schema<'runai', 'Project'> {
  return {
    ...renderDepartment(unit),
    ...(departmentId !== undefined && { departmentId }),
    parentId: departmentId ?? null,
    status: { namespace: `runai-${unit.name}`, phase: 'Ready' },
    effective: {},
  };
}

const listTenants: Handler<'runai', 'get_tenants'> = async (context) => {
  const id = await tenantIdOf(context);
  const name = await tenantNameOf(context);
  return { status: 200, body: [{ id: Number(id), name, displayName: name, status: 'Ready' }] };
};

const listClusters: Handler<'runai', 'get_clusters'> = async (context) => ({
  status: 200,
  body: await Promise.all((await visible(context, 'cluster')).map((unit) => renderCluster(context, unit))),
});

const listClustersMinimal: Handler<'runai', 'get_clusters_minimal'> = async (context) => ({
  status: 200,
  body: (await visible(context, 'cluster')).map(({ id, name }) => ({ uuid: id, name })),
});

const getCluster: Handler<'runai', 'get_cluster_by_uuid', Unit> = async (context) => ({
  status: 200,
  body: await renderCluster(context, context.target),
});

const listDepartments: Handler<'runai', 'get_departments'> = async (context) => {
  const { page, next } = await pageOfUnits(context, context.query, 'department');
  return { status: 200, body: { departments: page.map(renderDepartment), next } };
};

const getDepartment: Handler<'runai', 'get_department_by_id', Unit> = ({ target }) => ({
  status: 200,
  body: renderDepartment(target),
});

const listProjects: Handler<'runai', 'get_projects'> = async (context) => {
  const { page, next } = await pageOfUnits(context, context.query, 'project');
  return { status: 200, body: { projects: page.map(renderProject), next } };
};

const getProject: Handler<'runai', 'get_project_by_id', Unit> = ({ target }) => ({
  status: 200,
  body: renderProject(target),
});

const listWorkloads: Handler<'runai', 'get_workloads'> = async (context) => {
  const { store } = context;
  const scopes = await scopesOf(context);
  const rows = await WORKLOADS.ofOwner(store.collections, await tenantIdOf(context));
  const seen = rows
    .map(({ body }) => body)
    .filter(({ projectId }) => context.mayAccess(attributesIn(scopes, 'project', projectId)));
  const { page, next } = pageOf(seen, context.query, PAGE);
  const shown = page.map(({ createdAt, ...workload }) => ({
    ...workload,
    projectName: scopes.path('project', workload.projectId)?.at(-1)?.name ?? '',
    createdAt: rfc3339(createdAt),
  }));
  return { status: 200, body: { workloads: shown, next } };
};

export const unitOperations = {
  get_tenants: listTenants,
  get_clusters: listClusters,
  get_clusters_minimal: listClustersMinimal,
  get_cluster_by_uuid: getCluster,
  get_departments: listDepartments,
  get_department_by_id: getDepartment,
  get_projects: listProjects,
  get_project_by_id: getProject,
  get_workloads: listWorkloads,
};
