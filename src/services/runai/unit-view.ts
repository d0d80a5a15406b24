import type { Schema } from '../../contract/documented.ts';
import { rfc3339 } from '../../lib/clock.ts';
import { createAbsentField, type Fields } from './list-filters.ts';
import type { Scopes, Unit } from './scopes.ts';

/** The quotas of departments and projects. The mock has none. */
const NO_RESOURCES = { totalResources: { gpuQuota: 0, cpuQuota: 0, memoryQuota: 0 }, resources: [] };

/** Projects are always ready, because they cannot be created or deleted. */
const PROJECT_PHASE = 'Ready' as const;

/** Returns the namespace of a project, as in the documented example. */
export function namespaceOf(projectName: string): string {
  return `runai-${projectName}`;
}

/** The id in place of a missing cluster, which responses require: the nil UUID (RFC 9562, 5.9). */
export const NO_CLUSTER = '00000000-0000-0000-0000-000000000000';

function clusterIdOf(unit: Unit, scopes: Scopes): string {
  return unit.clusterId ?? departmentOf(unit, scopes)?.clusterId ?? NO_CLUSTER;
}

function departmentOf({ departmentId = '' }: Unit, scopes: Scopes): Unit | null {
  return scopes.unitOf('department', departmentId);
}

export function renderDepartment({ id, name, clusterId = NO_CLUSTER, createdAt }: Unit): Schema<'runai', 'Department'> {
  const creationTime = rfc3339(createdAt);
  return { id, name, clusterId, description: '', createdAt: creationTime, updatedAt: creationTime, ...NO_RESOURCES };
}

export function renderProject(unit: Unit, scopes: Scopes): Schema<'runai', 'Project'> {
  return {
    ...renderDepartment(unit),
    clusterId: clusterIdOf(unit, scopes),
    parentId: unit.departmentId ?? '',
    requestedNamespace: null,
    status: { namespace: namespaceOf(unit.name), phase: PROJECT_PHASE },
    effective: {},
    enforceRunaiScheduler: false,
  };
}

const GPU_QUOTA = { kind: 'decimal', read: () => NO_RESOURCES.totalResources.gpuQuota } as const;
const CREATED_AT = { kind: 'time', read: ({ createdAt }: Unit) => createdAt } as const;

/** Fields for averages over a time range. They are always empty, because the mock does not measure usage. */
const METRICS: Fields<Unit> = Object.fromEntries(
  ['24h', '7d', '30d']
    .flatMap((range) => [`avgGpuAllocation${range}`, `avgGpuUtilization${range}`, `avgGpuMemoryUtilization${range}`])
    .map((name) => [name, createAbsentField('decimal')]),
);

export const DEPARTMENT_FIELDS: Fields<Unit> = {
  name: { kind: 'text', read: ({ name }) => name },
  clusterId: { kind: 'text', read: ({ clusterId = NO_CLUSTER }) => clusterId },
  totalGpuQuota: GPU_QUOTA,
  gpuAllocated: createAbsentField('decimal'),
  createdAt: CREATED_AT,
  ...METRICS,
};

export function createProjectFields(scopes: Scopes): Fields<Unit> {
  const departmentId = { kind: 'text', read: ({ departmentId = '' }: Unit) => departmentId } as const;
  return {
    name: { kind: 'text', read: ({ name }) => name },
    clusterId: { kind: 'text', read: (unit) => clusterIdOf(unit, scopes) },
    departmentId,
    parentId: departmentId,
    parentName: { kind: 'text', read: (unit) => departmentOf(unit, scopes)?.name ?? null },
    phase: { kind: 'text', read: () => PROJECT_PHASE },
    totalGpuQuota: GPU_QUOTA,
    gpuAllocated: createAbsentField('decimal'),
    createdAt: CREATED_AT,
    ...METRICS,
  };
}
