import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Lookup, Operations } from '../../../contract/request.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { type ListQuery, paginate, selectItems } from '../lists.ts';
import { attributesOfScope, readScopes, type Scopes, type Unit, type UnitType } from '../scopes.ts';
import { readTenantId, readTenantName } from '../tenant.ts';
import { createProjectFields, DEPARTMENT_FIELDS, renderDepartment, renderProject } from '../unit-view.ts';

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
  return scopes[`${type}s`].filter(({ id }) => context.mayAccess(attributesOfScope(scopes, type, id)));
}

function findDepartments(context: AuthenticatedContext, scopes: Scopes, query: ListQuery): Unit[] {
  return selectItems(findVisibleUnits(context, scopes, 'department'), query, DEPARTMENT_FIELDS, ['name']);
}

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

export const unitOperations = {
  get_tenants: async (context) => {
    const id = await readTenantId(context);
    const name = await readTenantName(context);
    return { status: 200, body: [{ id: Number(id), name, displayName: name, status: 'Ready' }] };
  },
  get_clusters: async (context) => ({
    status: 200,
    body: await Promise.all(
      findVisibleUnits(context, await readScopes(context), 'cluster').map((unit) => renderCluster(context, unit)),
    ),
  }),
  get_clusters_minimal: async (context) => ({
    status: 200,
    body: findVisibleUnits(context, await readScopes(context), 'cluster').map(({ id, name }) => ({ uuid: id, name })),
  }),
  get_cluster_by_uuid: async (context: AuthenticatedContext<Unit>) => ({
    status: 200,
    body: await renderCluster(context, context.target),
  }),
  get_departments: async (context) => {
    const departments = findDepartments(context, await readScopes(context), context.query);
    const { page, next } = paginate(departments, context.query);
    return { status: 200, body: { departments: page.map(renderDepartment), ...(next !== null && { next }) } };
  },
  count_departments: async (context) => ({
    status: 200,
    body: { count: findDepartments(context, await readScopes(context), context.query).length },
  }),
  get_department: ({ target }: AuthenticatedContext<Unit>) => ({ status: 200, body: renderDepartment(target) }),
  get_projects: async (context) => {
    const scopes = await readScopes(context);
    const { page, next } = paginate(findProjects(context, scopes, context.query), context.query);
    return {
      status: 200,
      body: { projects: page.map((unit) => renderProject(unit, scopes)), ...(next !== null && { next }) },
    };
  },
  count_projects: async (context) => ({
    status: 200,
    body: { count: findProjects(context, await readScopes(context), context.query).length },
  }),
  get_project: async (context: AuthenticatedContext<Unit>) => ({
    status: 200,
    body: renderProject(context.target, await readScopes(context)),
  }),
} satisfies Partial<Operations<'runai'>>;
