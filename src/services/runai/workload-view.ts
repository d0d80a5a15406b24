import type { Schema } from '../../contract/documented.ts';
import { rfc3339 } from '../../core/clock.ts';
import { absent, type Fields } from './lists.ts';
import type { Scopes, Workload } from './scopes.ts';
import { type ScopeType, WORKLOAD_TYPES } from './tables/index.ts';
import { NO_CLUSTER, namespaceOf } from './unit-view.ts';

/** A workload with the names and ids that its place and its type give it. */
export interface PlacedWorkload extends Workload {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly departmentId: string;
  readonly departmentName: string;
  readonly projectName: string;
  readonly category: string;
  readonly priorityClassName: string;
}

/** A type that the vendor does not publish has no defaults. */
const NO_DEFAULTS = { category: '', priorityClassName: '' };

const DEFAULTS_BY_TYPE: ReadonlyMap<string, typeof NO_DEFAULTS> = new Map(WORKLOAD_TYPES.map((row) => [row.id, row]));

/** Adds the scopes that a workload is in, and the defaults of its type. */
export function placeWorkload(workload: Workload, scopes: Scopes): PlacedWorkload {
  const path = scopes.path('project', workload.projectId) ?? [];
  const find = (wanted: ScopeType) => path.find(({ type }) => type === wanted) ?? { id: '', name: '' };
  const { category, priorityClassName } = DEFAULTS_BY_TYPE.get(workload.type) ?? NO_DEFAULTS;
  return {
    ...workload,
    ...{ tenantId: scopes.tenantId, clusterId: find('cluster').id || NO_CLUSTER, projectName: find('project').name },
    ...{ departmentId: find('department').id, departmentName: find('department').name },
    ...{ category, priorityClassName },
  };
}

/** Renders a workload as the API does. It never changes, so it was last updated when it was created. */
export function renderWorkload({ tenantId, createdAt, ...workload }: PlacedWorkload): Schema<'runai', 'Workload'> {
  const { phase, projectName } = workload;
  const at = rfc3339(createdAt);
  return {
    ...workload,
    source: 'Other',
    tenantId: Number(tenantId),
    namespace: namespaceOf(projectName),
    priority: null,
    k8sPhase: phase,
    conditions: [],
    runningPods: phase === 'Running' ? 1 : 0,
    ...{ createdAt: at, updatedAt: at, phaseUpdatedAt: at, k8sPhaseUpdatedAt: at, deletedAt: null },
  };
}

/** Members by which lists of workloads are filtered and sorted. */
export const WORKLOAD_FIELDS: Fields<PlacedWorkload> = {
  type: { kind: 'text', of: ({ type }) => type },
  name: { kind: 'text', of: ({ name }) => name },
  clusterId: { kind: 'text', of: ({ clusterId }) => clusterId },
  projectId: { kind: 'text', of: ({ projectId }) => projectId },
  projectName: { kind: 'text', of: ({ projectName }) => projectName },
  departmentId: { kind: 'text', of: ({ departmentId }) => departmentId },
  departmentName: { kind: 'text', of: ({ departmentName }) => departmentName },
  createdAt: { kind: 'time', of: ({ createdAt }) => createdAt },
  deletedAt: absent('time'),
  submittedBy: absent('text'),
  phase: { kind: 'text', of: ({ phase }) => phase },
  completedAt: absent('time'),
  nodepool: absent('text'),
  distributedFramework: absent('text'),
  allocatedGPU: absent('decimal'),
  idleGpus: absent('decimal'),
  idleAllocatedGpus: absent('decimal'),
  phaseUpdatedAt: { kind: 'time', of: ({ createdAt }) => createdAt },
  category: { kind: 'text', of: ({ category }) => category },
  totalPendingTimeSeconds: absent('decimal'),
  totalRunningTimeSeconds: absent('decimal'),
  priority: absent('decimal'),
  priorityClassName: { kind: 'text', of: ({ priorityClassName }) => priorityClassName },
  guaranteedRuntimeEndsAt: absent('time'),
  aiApplicationId: absent('text'),
  aiApplicationName: absent('text'),
};
