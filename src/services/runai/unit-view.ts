import type { Schema } from '../../contract/documented.ts';
import { rfc3339 } from '../../core/clock.ts';
import { absent, type Fields } from './lists.ts';
import type { Scopes, Unit } from './scopes.ts';

/** Quotas are not emulated. */
const NO_RESOURCES = { totalResources: { gpuQuota: 0, cpuQuota: 0, memoryQuota: 0 }, resources: [] };

/** Every project is ready: nothing creates or deletes one. */
const PROJECT_PHASE = 'Ready';

/** The namespace of a project, as the documented example names it. */
export function namespaceOf(projectName: string): string {
  return `runai-${projectName}`;
}

/** The cluster of a department or project. A project without one is in the cluster of its department. */
function clusterIdOf({ clusterId, departmentId = '' }: Unit, scopes: Scopes): string | undefined {
  return clusterId ?? scopes.unit('department', departmentId)?.clusterId;
}

/** Renders a department as the API does. */
export function renderDepartment({ id, name, clusterId, createdAt }: Unit): Schema<'runai', 'Department'> {
  const at = rfc3339(createdAt);
  return {
    ...{ id, name, description: '', createdAt: at, updatedAt: at, ...NO_RESOURCES },
    ...(clusterId !== undefined && { clusterId }),
  };
}

/** Renders a project as the API does. */
export function renderProject(unit: Unit, scopes: Scopes): Schema<'runai', 'Project'> {
  const { name, departmentId } = unit;
  const clusterId = clusterIdOf(unit, scopes);
  return {
    ...renderDepartment({ ...unit, ...(clusterId !== undefined && { clusterId }) }),
    ...(departmentId !== undefined && { departmentId }),
    parentId: departmentId ?? null,
    status: { namespace: namespaceOf(name), phase: PROJECT_PHASE },
    effective: {},
    enforceRunaiScheduler: false,
  };
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
  clusterId: { kind: 'text', of: ({ clusterId }) => clusterId ?? null },
  totalGpuQuota: GPU_QUOTA,
  gpuAllocated: absent('decimal'),
  createdAt: CREATED_AT,
  ...MEASURES,
};

/** Members by which lists of projects are filtered and sorted. */
export function projectFieldsOf(scopes: Scopes): Fields<Unit> {
  const departmentId = { kind: 'text', of: ({ departmentId }: Unit) => departmentId ?? null } as const;
  return {
    name: { kind: 'text', of: ({ name }) => name },
    clusterId: { kind: 'text', of: (unit) => clusterIdOf(unit, scopes) ?? null },
    departmentId,
    parentId: departmentId,
    parentName: { kind: 'text', of: ({ departmentId = '' }) => scopes.unit('department', departmentId)?.name ?? null },
    phase: { kind: 'text', of: () => PROJECT_PHASE },
    totalGpuQuota: GPU_QUOTA,
    gpuAllocated: absent('decimal'),
    createdAt: CREATED_AT,
    ...MEASURES,
  };
}
