import type { Surroundings } from '../../contract/world.ts';
import type { Reach } from '../../core/decide.ts';
import type { Row } from '../../store/collections.ts';
import type { ScopeType } from './tables/index.ts';
import { tenantIdOf, tenantNameOf } from './tenant.ts';

export const CLUSTERS = 'runai.clusters';
export const DEPARTMENTS = 'runai.departments';
export const PROJECTS = 'runai.projects';
export const WORKLOADS = 'runai.workloads';

/** A cluster, a department or a project. */
export interface Unit {
  readonly id: string;
  readonly name: string;
  /** Of departments and projects. */
  readonly clusterId?: string;
  /** Of projects. */
  readonly departmentId?: string;
  readonly createdAt: number;
}

/** One step of the way from the whole to an object. */
export interface Scope {
  readonly type: ScopeType;
  readonly id: string;
  readonly name: string;
}

/** A scope, and all that hold it: the widest first. */
export type ScopePath = readonly Scope[];

/** Every scope of the tenant. */
export interface Scopes {
  readonly tenantId: string;
  readonly clusters: readonly Unit[];
  readonly departments: readonly Unit[];
  readonly projects: readonly Unit[];
  /** The path of a scope; null where there is none of that type and id. */
  path(type: ScopeType, id: string): ScopePath | null;
}

export async function scopesOf(world: Pick<Surroundings, 'store' | 'views'>): Promise<Scopes> {
  const { store, views } = world;
  const tenantId = await tenantIdOf(world);
  const tenant: Scope = { type: 'tenant', id: tenantId, name: await tenantNameOf(world) };
  const [clusters, departments, projects] = await Promise.all(
    [CLUSTERS, DEPARTMENTS, PROJECTS].map(async (collection) =>
      views.of(await store.collections.ofOwner(collection, tenantId), unitsOf),
    ),
  );
  const units = { cluster: clusters as Units, department: departments as Units, project: projects as Units };
  return {
    tenantId,
    clusters: units.cluster.list,
    departments: units.department.list,
    projects: units.project.list,
    path: (type, id) => {
      if (type === 'system') return [{ type, id, name: 'System' }];
      if (type === 'tenant') return id === tenantId ? [tenant] : null;
      const unit = units[type].byId.get(id.toLowerCase());
      return unit === undefined ? null : [tenant, ...around(units, unit), { type, id: unit.id, name: unit.name }];
    },
  };
}

interface Units {
  readonly list: readonly Unit[];
  readonly byId: ReadonlyMap<string, Unit>;
}

function unitsOf(rows: readonly Row[]): Units {
  const list = rows.map(({ body }) => body as Unit);
  return { list, byId: new Map(list.map((unit) => [unit.id.toLowerCase(), unit])) };
}

/** The cluster and the department that a unit is in; a project without a cluster is in that of its department. */
function around(units: { readonly cluster: Units; readonly department: Units }, unit: Unit): Scope[] {
  const department = units.department.byId.get(unit.departmentId?.toLowerCase() ?? '');
  const clusterId = unit.clusterId ?? department?.clusterId;
  const found = [
    ['cluster', units.cluster.byId.get(clusterId?.toLowerCase() ?? '')],
    ['department', department],
  ] as const;
  return found.flatMap(([type, one]) => (one === undefined ? [] : [{ type, id: one.id, name: one.name }]));
}

/** What of a scope decides whether an access rule covers it: the ids of all that hold it. */
export function reachOf(path: ScopePath): Reach {
  const named = path.filter(({ type }) => type !== 'system').map(({ type, id }) => [type, [id]] as const);
  return { relation: 'owned', names: Object.fromEntries(named) };
}
