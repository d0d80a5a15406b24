import type { Schema } from '../../contract/documented.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
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

/** Defaults of the types that the vendor does not document. */
const NO_DEFAULTS = { category: '', priorityClassName: '' };

const DEFAULTS_BY_TYPE: ReadonlyMap<string, typeof NO_DEFAULTS> = new Map(WORKLOAD_TYPES.map((row) => [row.id, row]));

export interface WorkloadViewContext {
  readonly scopes: Scopes;
  readonly phases: WorkloadPhases;
  readonly now: Instant;
}

export function createWorkloadView(workload: Workload, { scopes, phases, now }: WorkloadViewContext): WorkloadView {
  const path = scopes.pathOf('project', workload.projectId) ?? [];
  const scopeOf = (scopeType: ScopeType) => path.find(({ type }) => type === scopeType) ?? { id: '', name: '' };
  const { category, priorityClassName } = DEFAULTS_BY_TYPE.get(workload.type) ?? NO_DEFAULTS;
  const { phase, since } = phaseAt(workload, phases, now);
  const isPhaseFixed = workload.phase !== undefined;
  const hasEnded = phase === 'Completed' || phase === 'Failed';
  return {
    ...workload,
    phase,
    phaseSince: since,
    completedAt: hasEnded && !isPhaseFixed ? since : null,
    tenantId: scopes.tenantId,
    clusterId: scopeOf('cluster').id || NO_CLUSTER,
    projectName: scopeOf('project').name,
    departmentId: scopeOf('department').id,
    departmentName: scopeOf('department').name,
    category,
    priorityClassName,
  };
}

/** Renders a workload as in lists. Only the phase changes over time. */
export function renderWorkload(view: WorkloadView): Schema<'runai', 'Workload'> {
  const { phase, projectName, submission, completedAt, deletedAt } = view;
  const phaseSince = rfc3339(view.phaseSince);
  return {
    id: view.id,
    name: view.name,
    type: view.type,
    phase,
    projectId: view.projectId,
    projectName,
    departmentId: view.departmentId,
    departmentName: view.departmentName,
    clusterId: view.clusterId,
    category: view.category,
    priorityClassName: view.priorityClassName,
    ...(submission !== undefined && { submittedBy: submission.createdBy }),
    ...(completedAt !== null && { completedAt: rfc3339(completedAt) }),
    source: submission === undefined ? 'Other' : 'Control-plane',
    tenantId: Number(view.tenantId),
    namespace: namespaceOf(projectName),
    priority: null,
    k8sPhase: phase,
    conditions: [],
    runningPods: phase === 'Running' ? 1 : 0,
    createdAt: rfc3339(view.createdAt),
    updatedAt: phaseSince,
    phaseUpdatedAt: phaseSince,
    k8sPhaseUpdatedAt: phaseSince,
    deletedAt: deletedAt === undefined ? null : rfc3339(deletedAt),
  };
}

/** The response for a workload of any type. */
export type SubmittedWorkload = Schema<'runai', 'SubmittedDistributed'>;

/** @param isSince222 whether the version is 2.22 or later. Its response has `deletedAt` */
export function renderSubmission(view: WorkloadView, isSince222: boolean): SubmittedWorkload {
  const { id, name, projectId, departmentId, clusterId, createdAt, phase, submission } = view;
  const { requestedName = name, createdBy = '', content = {} } = submission ?? {};
  return {
    name,
    requestedName,
    workloadId: id,
    projectId,
    departmentId,
    clusterId,
    createdBy,
    createdAt: rfc3339(createdAt),
    ...(isSince222 && { deletedAt: null }),
    desiredPhase: 'Running',
    actualPhase: phase,
    ...content,
  };
}

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
