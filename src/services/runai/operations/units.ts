import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { rfc3339 } from '../../../core/clock.ts';
import { type ListQuery, pageOf, selected } from '../lists.ts';
import { reachOf, type ScopePath, type Scopes, scopesOf, type Unit, WORKLOADS } from '../scopes.ts';
import { tenantIdOf, tenantNameOf } from '../tenant.ts';

type UnitType = 'cluster' | 'department' | 'project';

const OF_TYPE: Readonly<Record<UnitType, (scopes: Scopes) => readonly Unit[]>> = {
  cluster: ({ clusters }) => clusters,
  department: ({ departments }) => departments,
  project: ({ projects }) => projects,
};

function lookupOf(type: UnitType): Lookup {
  return async (context, id) => {
    const scopes = await scopesOf(context);
    const path = scopes.path(type, id);
    if (path === null) return { seen: 'nothing' };
    return { seen: 'object', target: unitOf(scopes, type, path), reach: reachOf(path) };
  };
}

function unitOf(scopes: Scopes, type: UnitType, path: ScopePath): Unit {
  const id = path.at(-1)?.id;
  return OF_TYPE[type](scopes).find((unit) => unit.id === id) as Unit;
}

export const unitLookups = {
  cluster: lookupOf('cluster'),
  department: lookupOf('department'),
  project: lookupOf('project'),
};

/** The units that the caller's scopes hold. */
async function visible(context: Context, type: UnitType): Promise<Unit[]> {
  const scopes = await scopesOf(context);
  return OF_TYPE[type](scopes).filter(({ id }) => context.mayReach(reachOf(scopes.path(type, id) as ScopePath)));
}

const PAGE = 50;

/** A page of units, in the form of organisation units. */
async function pageOfUnits(context: Context, type: UnitType) {
  const query = context.query as ListQuery;
  const fields = { name: { kind: 'text', of: ({ name }: Unit) => name } } as const;
  const all = selected(await visible(context, type), query, fields, ['name']);
  return pageOf(all, query, PAGE);
}

async function shownCluster(context: Context, { id, name, createdAt }: Unit) {
  return { uuid: id, name, tenantId: Number(await tenantIdOf(context)), createdAt: rfc3339(createdAt) };
}

/** No quota is emulated. */
const NO_RESOURCES = { totalResources: { gpuQuota: 0, cpuQuota: 0, memoryQuota: 0 }, resources: [] };

function shownDepartment({ id, name, clusterId, createdAt }: Unit) {
  const at = rfc3339(createdAt);
  return {
    ...{ id, name, description: '', createdAt: at, updatedAt: at, ...NO_RESOURCES },
    ...(clusterId !== undefined && { clusterId }),
  };
}

function shownProject({ departmentId, ...unit }: Unit) {
  return {
    ...shownDepartment(unit),
    ...(departmentId !== undefined && { departmentId }),
    parentId: departmentId ?? null,
    status: { namespace: `runai-${unit.name}`, phase: 'Ready' },
    effective: {},
  };
}

const listTenants: Handler = async (context) => {
  const id = await tenantIdOf(context);
  const name = await tenantNameOf(context);
  return { status: 200, body: [{ id: Number(id), name, displayName: name, status: 'Ready' }] };
};

const listClusters: Handler = async (context) => ({
  status: 200,
  body: await Promise.all((await visible(context, 'cluster')).map((unit) => shownCluster(context, unit))),
});

const listClustersMinimal: Handler = async (context) => ({
  status: 200,
  body: (await visible(context, 'cluster')).map(({ id, name }) => ({ uuid: id, name })),
});

const getCluster: Handler = async (context) => ({
  status: 200,
  body: await shownCluster(context, context.target as Unit),
});

const listDepartments: Handler = async (context) => {
  const { page, next } = await pageOfUnits(context, 'department');
  return { status: 200, body: { departments: page.map(shownDepartment), next } };
};

const getDepartment: Handler = ({ target }) => ({ status: 200, body: shownDepartment(target as Unit) });

const listProjects: Handler = async (context) => {
  const { page, next } = await pageOfUnits(context, 'project');
  return { status: 200, body: { projects: page.map(shownProject), next } };
};

const getProject: Handler = ({ target }) => ({ status: 200, body: shownProject(target as Unit) });

/** A workload of the seed. */
export interface Workload {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly phase: string;
  readonly projectId: string;
  readonly createdAt: number;
}

const listWorkloads: Handler = async (context) => {
  const { store } = context;
  const scopes = await scopesOf(context);
  const rows = await store.collections.ofOwner(WORKLOADS, await tenantIdOf(context));
  const seen = rows
    .map(({ body }) => body as Workload)
    .filter(({ projectId }) => context.mayReach(reachOf(scopes.path('project', projectId) as ScopePath)));
  const { page, next } = pageOf(seen, context.query as ListQuery, PAGE);
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
