import type { Schema } from '../../contract/documented.ts';
import type { ResourceAttributes } from '../../decisions/decide.ts';
import { type Instant, rfc3339 } from '../../lib/clock.ts';
import { pick, removeDuplicates } from '../../lib/members.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/row.ts';

export type TaskStatus = Schema<'nvct', 'Task'>['status'];

const END_STATUSES: ReadonlySet<TaskStatus> = new Set<TaskStatus>([
  'COMPLETED',
  'CANCELED',
  'ERRORED',
  'EXCEEDED_MAX_RUNTIME_DURATION',
  'EXCEEDED_MAX_QUEUED_DURATION',
]);

export interface StatusChange {
  readonly id: string;
  readonly status: TaskStatus;
  readonly at: Instant;
}

/** The members that workers report. The mock runs no workers, so these come from the seed. */
type WorkerReport = Pick<Schema<'nvct', 'Task'>, 'percentComplete' | 'lastHeartbeatAt' | 'healthInfo' | 'instances'>;

export interface TaskResult {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly at: Instant;
}

export interface Task {
  readonly name: string;
  /** Other members of the creation request. */
  readonly definition: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets' | 'gpuSpecification'> & {
    readonly gpuSpecification: Schema<'nvct', 'GpuSpecification'>;
  };
  /** Absent, like the results, in tasks stored by earlier versions. */
  readonly reported?: WorkerReport;
  readonly results?: readonly TaskResult[];
  /** Values are not stored, because no operation returns them. */
  readonly secretNames: readonly string[];
  /** Oldest first; the last one is the current status. The mock runs no workers, so only callers change it. */
  readonly changes: readonly [StatusChange, ...StatusChange[]];
  readonly lastUpdatedAt: Instant | null;
}

/** The members that are stored. The vendor ignores others. */
const DEFINITION_MEMBERS = [
  'gpuSpecification',
  'containerImage',
  'containerArgs',
  'containerEnvironment',
  'helmChart',
  'models',
  'resources',
  'telemetries',
  'description',
  'tags',
  'maxRuntimeDuration',
  'maxQueuedDuration',
  'terminationGracePeriodDuration',
  'resultHandlingStrategy',
  'resultsLocation',
] as const;
const GPU_MEMBERS = ['gpu', 'backend', 'clusters', 'instanceType', 'configuration', 'helmValidationPolicy'] as const;
const ARTIFACT_MEMBERS = ['name', 'version', 'uri'] as const;
const REPORTED_MEMBERS = ['percentComplete', 'lastHeartbeatAt', 'healthInfo', 'instances'] as const;

const DEFAULTS = {
  maxQueuedDuration: 'PT72H',
  terminationGracePeriodDuration: 'PT1H',
  resultHandlingStrategy: 'UPLOAD',
} as const;

/** Returns the definition in a request or a seed, without duplicates where the vendor stores a set. */
export function pickDefinition(
  request: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets'>,
): Task['definition'] {
  const { gpuSpecification = {}, models, resources, tags } = request;
  const { clusters, ...gpu } = pick(gpuSpecification, GPU_MEMBERS);
  return {
    ...pick(request, DEFINITION_MEMBERS),
    gpuSpecification: { ...gpu, ...(clusters !== undefined && { clusters: removeDuplicates(clusters) }) },
    ...(models !== undefined && { models: pickArtifacts(models) }),
    ...(resources !== undefined && { resources: pickArtifacts(resources) }),
    ...(tags !== undefined && { tags: removeDuplicates(tags) }),
  };
}

export function pickReported(definition: object): WorkerReport {
  return pick<WorkerReport, keyof WorkerReport>(definition, REPORTED_MEMBERS);
}

function pickArtifacts(artifacts: readonly Schema<'nvct', 'Artifact'>[]): Schema<'nvct', 'Artifact'>[] {
  return removeDuplicates(artifacts.map((artifact) => pick(artifact, ARTIFACT_MEMBERS)));
}

export type TaskRow = Row<Task, null>;

export const TASKS = new Collection<Task>('nvct.tasks');

export function statusOf({ changes }: Task): TaskStatus {
  return (changes.at(-1) ?? changes[0]).status;
}

export function hasEnded(task: Task): boolean {
  return END_STATUSES.has(statusOf(task));
}

/** Returns the names that keys use for a task of their account. */
export function attributesOfTask({ id }: Pick<TaskRow, 'id'>): ResourceAttributes {
  return { relation: 'owned', names: { task: [id] } };
}

/** Renders a task without its secrets and instances, which lists do not have. */
export function renderTask({ id, owner, body }: TaskRow): Schema<'nvct', 'Task'> {
  const { name, definition, reported: { instances: _, ...reported } = {}, changes, lastUpdatedAt } = body;
  return Object.assign({}, DEFAULTS, definition, reported, {
    id,
    ncaId: owner,
    name,
    status: statusOf(body),
    createdAt: rfc3339(changes[0].at),
    ...(lastUpdatedAt !== null && { lastUpdatedAt: rfc3339(lastUpdatedAt) }),
  });
}

export function renderSecretNames({ secretNames }: Task): Pick<Schema<'nvct', 'Task'>, 'secrets'> {
  return secretNames.length > 0 ? { secrets: [...secretNames] } : {};
}

/** Renders status changes as events. The creation of a task is not an event. */
export function renderEvents({ id, owner, body: { changes } }: TaskRow): Schema<'nvct', 'Event'>[] {
  // `index` is that of the previous change, because the first one is omitted.
  return changes.slice(1).map((change, index) => ({
    eventId: change.id,
    taskId: id,
    ncaId: owner,
    message: `Changing status from '${changes[index]?.status}' to '${change.status}'`,
    createdAt: rfc3339(change.at),
  }));
}

export function renderResults({ id, owner, body: { results = [] } }: TaskRow): Schema<'nvct', 'Result'>[] {
  return results.map((result) => ({
    resultId: result.id,
    taskId: id,
    ncaId: owner,
    name: result.name,
    metadata: result.metadata,
    createdAt: rfc3339(result.at),
  }));
}
