import type { Schema } from '../../contract/documented.ts';
import { rfc3339 } from '../../time/clock.ts';
import { absent, type Fields } from './lists.ts';
import type { Scopes, Unit } from './scopes.ts';

/** Quotas are not emulated. */
const NO_RESOURCES = { totalResources: { gpuQuota: 0, cpuQuota: 0, memoryQuota: 0 }, resources: [] };

/** Every project is ready: nothing creates or deletes one. */
const PROJECT_PHASE = 'Ready' as const;

/** The namespace of a project, as the documented example names it. */
export function namespaceOf(projectName: string): string {
  return `runai-${projectName}`;
}

/** The nil UUID (RFC 9562, 5.9): a cluster is required of everything, and a seed need not have one. */
export const NO_CLUSTER = '00000000-0000-0000-0000-000000000000';

/** The cluster of a department or project. A project without one is in the cluster of its department. */
function clusterIdOf(unit: Unit, scopes: Scopes): string {
  return unit.clusterId ?? departmentOf(unit, scopes)?.clusterId ?? NO_CLUSTER;
}

function departmentOf({ departmentId = '' }: Unit, scopes: Scopes): Unit | null {
  return scopes.unit('department', departmentId);
}

/** Renders a department as the API does. */
export function renderDepartment({ id, name, clusterId = NO_CLUSTER, createdAt }: Unit): Schema<'runai', 'Department'> {
  const at = rfc3339(createdAt);
  return { ...{ id, name, clusterId, description: '', createdAt: at, updatedAt: at }, ...NO_RESOURCES };
}

/** Renders a project as the API does. */
export function renderProject(unit: Unit, scopes: Scopes): Schema<'runai', 'Project'> {
  return Object.assign(renderDepartment(unit), {
    clusterId: clusterIdOf(unit, scopes),
    parentId: unit.departmentId ?? '',
    requestedNamespace: null,
    status: { namespace: namespaceOf(unit.name), phase: PROJECT_PHASE },
    effective: {},
    enforceRunaiScheduler: false,
  });
}

const GPU_QUOTA = { kind: 'decimal', of: () => NO_RESOURCES.totalResources.gpuQuota } as const;
const CREATED_AT = { kind: 'time', of: ({ createdAt }: Unit) => createdAt } as const;

/** Nothing is measured, so these have no value. */
const MEASURES: Fields<Unit> = Object.fromEntries(
  ['24h', '7d', '30d']
    .flatMap((range) => [`avgGpuAllocation${range}`, `avgGpuUtilization${range}`, `avgGpuMemoryUtilization${range}`])
    .map((name) => [name, absent('decimal')]),
);

/** Members by which lists of departments are filtered and sorted. */
export const DEPARTMENT_FIELDS: Fields<Unit> = {
  name: { kind: 'text', of: ({ name }) => name },
  clusterId: { kind: 'text', of: ({ clusterId = NO_CLUSTER }) => clusterId },
  totalGpuQuota: GPU_QUOTA,
  gpuAllocated: absent('decimal'),
  createdAt: CREATED_AT,
  ...MEASURES,
};

/** Members by which lists of projects are filtered and sorted. */
export function projectFieldsOf(scopes: Scopes): Fields<Unit> {
  const departmentId = { kind: 'text', of: ({ departmentId = '' }: Unit) => departmentId } as const;
  return {
    name: { kind: 'text', of: ({ name }) => name },
    clusterId: { kind: 'text', of: (unit) => clusterIdOf(unit, scopes) },
    departmentId,
    parentId: departmentId,
    parentName: { kind: 'text', of: (unit) => departmentOf(unit, scopes)?.name ?? null },
    phase: { kind: 'text', of: () => PROJECT_PHASE },
    totalGpuQuota: GPU_QUOTA,
    gpuAllocated: absent('decimal'),
    createdAt: CREATED_AT,
    ...MEASURES,
  };
}
