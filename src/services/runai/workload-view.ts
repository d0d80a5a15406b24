import type { Schema } from '../../contract/documented.ts';
import { type Instant, rfc3339 } from '../../time/clock.ts';
import { createAbsentField, type Fields } from './list-filters.ts';
import type { Scopes } from './scopes.ts';
import { type ScopeType, WORKLOAD_TYPES } from './tables/index.ts';
import { NO_CLUSTER, namespaceOf } from './unit-view.ts';
import { type Phase, phaseAt, type Workload, type WorkloadPhases } from './workloads.ts';

/** A workload at a point in time, with names and ids from its scopes and defaults from its type. */
export interface WorkloadView extends Workload {
  readonly phase: Phase;
  readonly phaseSince: Instant;
  /** When it ended by the clock; null if it has not ended, or its phase is fixed. */
  readonly completedAt: Instant | null;
  readonly tenantId: string;
  readonly clusterId: string;
  readonly departmentId: string;
  readonly departmentName: string;
  readonly projectName: string;
  readonly category: string;
  readonly priorityClassName: string;
}

/** For types that the vendor does not document. */
const NO_DEFAULTS = { category: '', priorityClassName: '' };

const DEFAULTS_BY_TYPE: ReadonlyMap<string, typeof NO_DEFAULTS> = new Map(WORKLOAD_TYPES.map((row) => [row.id, row]));

/** The context in which workloads are viewed. */
export interface WorkloadViewContext {
  readonly scopes: Scopes;
  readonly phases: WorkloadPhases;
  readonly now: Instant;
}

/** Adds scopes, phase and defaults to a workload. */
export function createWorkloadView(workload: Workload, { scopes, phases, now }: WorkloadViewContext): WorkloadView {
  const path = scopes.pathOf('project', workload.projectId) ?? [];
  const find = (wanted: ScopeType) => path.find(({ type }) => type === wanted) ?? { id: '', name: '' };
  const { category, priorityClassName } = DEFAULTS_BY_TYPE.get(workload.type) ?? NO_DEFAULTS;
  const { phase, since } = phaseAt(workload, phases, now);
  return {
    ...workload,
    ...{ phase, phaseSince: since },
    completedAt: workload.phase === undefined && (phase === 'Completed' || phase === 'Failed') ? since : null,
    ...{ tenantId: scopes.tenantId, clusterId: find('cluster').id || NO_CLUSTER, projectName: find('project').name },
    ...{ departmentId: find('department').id, departmentName: find('department').name },
    ...{ category, priorityClassName },
  };
}

/** Renders a workload as in lists. Only the phase changes over time. */
export function renderWorkload(placed: WorkloadView): Schema<'runai', 'Workload'> {
  const { id, name, type, phase, projectId, projectName, submission } = placed;
  const { clusterId, departmentId, departmentName, category, priorityClassName, tenantId, deletedAt } = placed;
  const since = rfc3339(placed.phaseSince);
  return {
    ...{ id, name, type, phase, projectId, projectName, departmentId, departmentName, clusterId },
    ...{ category, priorityClassName },
    ...(submission !== undefined && { submittedBy: submission.createdBy }),
    ...(placed.completedAt !== null && { completedAt: rfc3339(placed.completedAt) }),
    source: submission === undefined ? 'Other' : 'Control-plane',
    tenantId: Number(tenantId),
    namespace: namespaceOf(projectName),
    priority: null,
    k8sPhase: phase,
    conditions: [],
    runningPods: phase === 'Running' ? 1 : 0,
    ...{ createdAt: rfc3339(placed.createdAt), updatedAt: since, phaseUpdatedAt: since, k8sPhaseUpdatedAt: since },
    deletedAt: deletedAt === undefined ? null : rfc3339(deletedAt),
  };
}

/** The response for a workload of any type. */
export type SubmittedWorkload = Schema<'runai', 'SubmittedDistributed'>;

/**
 * Renders a submitted workload.
 *
 * @param isSince222 since 2.22, the response has `deletedAt`
 */
export function renderSubmission(placed: WorkloadView, isSince222: boolean): SubmittedWorkload {
  const { id, name, projectId, departmentId, clusterId, createdAt, phase, submission } = placed;
  const { requestedName = name, createdBy = '', content = {} } = submission ?? {};
  return {
    ...{ name, requestedName, workloadId: id, projectId, departmentId, clusterId, createdBy },
    createdAt: rfc3339(createdAt),
    ...(isSince222 && { deletedAt: null }),
    desiredPhase: 'Running',
    actualPhase: phase,
    ...content,
  };
}

/** Fields to filter and sort workloads by. */
export const WORKLOAD_FIELDS: Fields<WorkloadView> = {
  type: { kind: 'text', read: ({ type }) => type },
  name: { kind: 'text', read: ({ name }) => name },
  clusterId: { kind: 'text', read: ({ clusterId }) => clusterId },
  projectId: { kind: 'text', read: ({ projectId }) => projectId },
  projectName: { kind: 'text', read: ({ projectName }) => projectName },
  departmentId: { kind: 'text', read: ({ departmentId }) => departmentId },
  departmentName: { kind: 'text', read: ({ departmentName }) => departmentName },
  createdAt: { kind: 'time', read: ({ createdAt }) => createdAt },
  deletedAt: { kind: 'time', read: ({ deletedAt }) => deletedAt ?? null },
  submittedBy: { kind: 'text', read: ({ submission }) => submission?.createdBy ?? null },
  phase: { kind: 'text', read: ({ phase }) => phase },
  completedAt: { kind: 'time', read: ({ completedAt }) => completedAt },
  nodepool: createAbsentField('text'),
  distributedFramework: createAbsentField('text'),
  allocatedGPU: createAbsentField('decimal'),
  idleGpus: createAbsentField('decimal'),
  idleAllocatedGpus: createAbsentField('decimal'),
  phaseUpdatedAt: { kind: 'time', read: ({ phaseSince }) => phaseSince },
  category: { kind: 'text', read: ({ category }) => category },
  totalPendingTimeSeconds: createAbsentField('decimal'),
  totalRunningTimeSeconds: createAbsentField('decimal'),
  priority: createAbsentField('decimal'),
  priorityClassName: { kind: 'text', read: ({ priorityClassName }) => priorityClassName },
  guaranteedRuntimeEndsAt: createAbsentField('time'),
  aiApplicationId: createAbsentField('text'),
  aiApplicationName: createAbsentField('text'),
};
