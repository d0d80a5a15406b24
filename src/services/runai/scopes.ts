import type { RequestScope } from '../../contract/world.ts';
import type { ResourceAttributes } from '../../decisions/decide.ts';
import { memoize } from '../../lib/memory.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';
import type { SeedUnit } from './seed-schema.ts';
import type { ScopeType } from './tables/index.ts';
import { readTenantId, readTenantName } from './tenant.ts';

export interface Unit extends SeedUnit {
  readonly createdAt: number;
}

export type UnitType = 'cluster' | 'department' | 'project';

/** The units of all tenants. The owner of a row is the tenant. */
export const CLUSTERS = new Collection<Unit>('runai.clusters');
export const DEPARTMENTS = new Collection<Unit>('runai.departments');
export const PROJECTS = new Collection<Unit>('runai.projects');

export interface Scope {
  readonly type: ScopeType;
  readonly id: string;
  readonly name: string;
}

/** A scope after all scopes that contain it, widest first. */
export type ScopePath = readonly Scope[];

export interface Scopes {
  readonly tenantId: string;
  readonly tenantPath: ScopePath;
  readonly clusters: readonly Unit[];
  readonly departments: readonly Unit[];
  readonly projects: readonly Unit[];
  pathOf(type: ScopeType, id: string): ScopePath | null;
  unitOf(type: UnitType, id: string): Unit | null;
}

export async function readScopes(world: RequestScope): Promise<Scopes> {
  const tenantId = await readTenantId(world);
  const tenant: Scope = { type: 'tenant', id: tenantId, name: await readTenantName(world) };
  const unitsIn = async (collection: Collection<Unit>) =>
    indexUnits(await collection.ofOwner(world.store.collections, tenantId));
  const [cluster, department, project] = await Promise.all([
    unitsIn(CLUSTERS),
    unitsIn(DEPARTMENTS),
    unitsIn(PROJECTS),
  ]);
  const units = { cluster, department, project };
  const unitOf = (type: UnitType, id: string) => units[type].byId.get(id.toLowerCase()) ?? null;
  return {
    tenantId,
    tenantPath: [tenant],
    clusters: units.cluster.list,
    departments: units.department.list,
    projects: units.project.list,
    unitOf,
    pathOf: (type, id) => {
      if (type === 'system') return [{ type, id, name: 'System' }];
      if (type === 'tenant') return id === tenantId ? [tenant] : null;
      const unit = unitOf(type, id);
      return unit === null ? null : [tenant, ...listParents(units, unit), toScope(type, unit)];
    },
  };
}

interface Units {
  readonly list: readonly Unit[];
  /** By id in lower case, because ids are case-insensitive. */
  readonly byId: ReadonlyMap<string, Unit>;
}

/** Indexes units by id. Memoized, because most requests need the index and units seldom change. */
const indexUnits = memoize((rows: readonly Row<Unit>[]): Units => {
  const list = rows.map(({ body }) => body);
  return { list, byId: new Map(list.map((unit) => [unit.id.toLowerCase(), unit])) };
});

/** A project without a cluster inherits the cluster of its department. */
function listParents(units: { readonly cluster: Units; readonly department: Units }, unit: Unit): Scope[] {
  const department = units.department.byId.get(unit.departmentId?.toLowerCase() ?? '');
  const clusterId = unit.clusterId ?? department?.clusterId;
  const cluster = units.cluster.byId.get(clusterId?.toLowerCase() ?? '');
  return [
    ...(cluster ? [toScope('cluster', cluster)] : []),
    ...(department ? [toScope('department', department)] : []),
  ];
}

function toScope(type: UnitType, { id, name }: Unit): Scope {
  return { type, id, name };
}

/** Returns the attributes that access rules are checked against: the ids of a scope and of its parents. */
export function attributesOfPath(path: ScopePath): ResourceAttributes {
  const idsByType = path.filter(({ type }) => type !== 'system').map(({ type, id }) => [type, [id]] as const);
  return { relation: 'owned', names: Object.fromEntries(idsByType) };
}

/** Returns the attributes of the scope with this type and id. Objects in a deleted scope belong to the tenant. */
export function attributesOfScope(scopes: Scopes, type: ScopeType, id: string): ResourceAttributes {
  return attributesOfPath(scopes.pathOf(type, id) ?? scopes.tenantPath);
}
