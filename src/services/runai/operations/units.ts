import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup } from '../../../contract/request.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { DEFAULT_PAGE_SIZE, type ListQuery, paginate, selectItems } from '../lists.ts';
import { attributesOfScope, readScopes, type Scopes, type Unit, type UnitType } from '../scopes.ts';
import { readTenantId, readTenantName } from '../tenant.ts';
import { createProjectFields, DEPARTMENT_FIELDS, renderDepartment, renderProject } from '../unit-view.ts';

const UNITS_BY_TYPE: Readonly<Record<UnitType, (scopes: Scopes) => readonly Unit[]>> = {
  cluster: ({ clusters }) => clusters,
  department: ({ departments }) => departments,
  project: ({ projects }) => projects,
};

function createLookup(type: UnitType): Lookup<Unit> {
  return async (context, id) => {
    const scopes = await readScopes(context);
    const unit = scopes.unitOf(type, id);
    if (unit === null) return { found: 'nothing' };
    return { found: 'object', target: unit, attributes: attributesOfScope(scopes, type, id) };
  };
}

export const unitLookups = {
  cluster: createLookup('cluster'),
  department: createLookup('department'),
  project: createLookup('project'),
};

function findVisibleUnits(context: AuthenticatedContext, scopes: Scopes, type: UnitType): Unit[] {
  return UNITS_BY_TYPE[type](scopes).filter(({ id }) => context.mayAccess(attributesOfScope(scopes, type, id)));
}

/** Returns the visible departments that match a query. */
function findDepartments(context: AuthenticatedContext, scopes: Scopes, query: ListQuery): Unit[] {
  return selectItems(findVisibleUnits(context, scopes, 'department'), query, DEPARTMENT_FIELDS, ['name']);
}

/** Returns the visible projects that match a query. */
function findProjects(context: AuthenticatedContext, scopes: Scopes, query: ListQuery): Unit[] {
  return selectItems(findVisibleUnits(context, scopes, 'project'), query, createProjectFields(scopes), ['name']);
}

async function renderCluster(
  context: AuthenticatedContext,
  { id, name, createdAt }: Unit,
): Promise<Schema<'runai', 'Cluster'>> {
  const creationTime = rfc3339(createdAt);
  return {
    uuid: id,
    name,
    tenantId: Number(await readTenantId(context)),
    createdAt: creationTime,
    // Clusters cannot be changed or deleted.
    updatedAt: creationTime,
    deletedAt: null,
    deleteRequestedAt: null,
  };
}

const listTenants: Handler<'runai', 'get_tenants'> = async (context) => {
  const id = await readTenantId(context);
  const name = await readTenantName(context);
  return { status: 200, body: [{ id: Number(id), name, displayName: name, status: 'Ready' }] };
};

const listClusters: Handler<'runai', 'get_clusters'> = async (context) => ({
  status: 200,
  body: await Promise.all(
    findVisibleUnits(context, await readScopes(context), 'cluster').map((unit) => renderCluster(context, unit)),
  ),
});

const listClustersMinimal: Handler<'runai', 'get_clusters_minimal'> = async (context) => ({
  status: 200,
  body: findVisibleUnits(context, await readScopes(context), 'cluster').map(({ id, name }) => ({ uuid: id, name })),
});

const getCluster: Handler<'runai', 'get_cluster_by_uuid', Unit> = async (context) => ({
  status: 200,
  body: await renderCluster(context, context.target),
});

const listDepartments: Handler<'runai', 'get_departments'> = async (context) => {
  const departments = findDepartments(context, await readScopes(context), context.query);
  const { page, next } = paginate(departments, context.query, DEFAULT_PAGE_SIZE);
  return { status: 200, body: { departments: page.map(renderDepartment), ...(next !== null && { next }) } };
};

const countDepartments: Handler<'runai', 'count_departments'> = async (context) => ({
  status: 200,
  body: { count: findDepartments(context, await readScopes(context), context.query).length },
});

const getDepartment: Handler<'runai', 'get_department', Unit> = ({ target }) => ({
  status: 200,
  body: renderDepartment(target),
});

const listProjects: Handler<'runai', 'get_projects'> = async (context) => {
  const scopes = await readScopes(context);
  const { page, next } = paginate(findProjects(context, scopes, context.query), context.query, DEFAULT_PAGE_SIZE);
  return {
    status: 200,
    body: { projects: page.map((unit) => renderProject(unit, scopes)), ...(next !== null && { next }) },
  };
};

const countProjects: Handler<'runai', 'count_projects'> = async (context) => ({
  status: 200,
  body: { count: findProjects(context, await readScopes(context), context.query).length },
});

const getProject: Handler<'runai', 'get_project', Unit> = async (context) => ({
  status: 200,
  body: renderProject(context.target, await readScopes(context)),
});

export const unitOperations = {
  get_tenants: listTenants,
  get_clusters: listClusters,
  get_clusters_minimal: listClustersMinimal,
  get_cluster_by_uuid: getCluster,
  get_departments: listDepartments,
  count_departments: countDepartments,
  get_department: getDepartment,
  get_projects: listProjects,
  count_projects: countProjects,
  get_project: getProject,
};
