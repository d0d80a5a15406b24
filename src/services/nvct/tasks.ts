import type { Schema } from '../../contract/documented.ts';
import type { ResourceAttributes } from '../../decisions/decide.ts';
import { distinct, pick } from '../../objects/pick.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import { type Instant, rfc3339 } from '../../time/clock.ts';

export type Status = Schema<'nvct', 'Task'>['status'];

/** Statuses of ended tasks. */
const ENDED: ReadonlySet<Status> = new Set<Status>([
  'COMPLETED',
  'CANCELED',
  'ERRORED',
  'EXCEEDED_MAX_RUNTIME_DURATION',
  'EXCEEDED_MAX_QUEUED_DURATION',
]);

/** A change of a task's status. */
export interface StatusChange {
  readonly id: string;
  readonly status: Status;
  readonly at: Instant;
}

/** What workers report about a task. The mock runs no workers, so it comes from the seed. */
type Reported = Pick<Schema<'nvct', 'Task'>, 'percentComplete' | 'lastHeartbeatAt' | 'healthInfo' | 'instances'>;

/** A result of a task, which only a seed can create. */
export interface TaskResult {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly at: Instant;
}

/** A stored task. */
export interface Task {
  readonly name: string;
  /** Other members of the creation request. */
  readonly definition: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets' | 'gpuSpecification'> & {
    readonly gpuSpecification: Schema<'nvct', 'GpuSpecification'>;
  };
  /** Absent, like the results, in tasks stored by earlier versions. */
  readonly reported?: Reported;
  readonly results?: readonly TaskResult[];
  /** Values are not stored, because no operation returns them. */
  readonly secretNames: readonly string[];
  /** Oldest first; the last one is the current status. The mock runs no workers, so only callers change it. */
  readonly changes: readonly [StatusChange, ...StatusChange[]];
  /** Null until it changes. */
  readonly lastUpdatedAt: Instant | null;
}

/** Members to store; the vendor ignores others. */
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

/** Defaults for members missing in the creation request. */
const DEFAULTS = {
  maxQueuedDuration: 'PT72H',
  terminationGracePeriodDuration: 'PT1H',
  resultHandlingStrategy: 'UPLOAD',
} as const;

/** Picks the members of a definition from a request or a seed. Removes duplicates where the vendor stores a set. */
export function pickDefinition(
  request: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets'>,
): Task['definition'] {
  const { gpuSpecification = {}, models, resources, tags } = request;
  const { clusters, ...gpu } = pick(gpuSpecification, GPU_MEMBERS);
  return {
    ...pick(request, DEFINITION_MEMBERS),
    gpuSpecification: { ...gpu, ...(clusters !== undefined && { clusters: distinct(clusters) }) },
    ...(models !== undefined && { models: pickArtifacts(models) }),
    ...(resources !== undefined && { resources: pickArtifacts(resources) }),
    ...(tags !== undefined && { tags: distinct(tags) }),
  };
}

/** Picks what workers would report from a seed. */
export function pickReported(definition: object): Reported {
  return pick<Reported, keyof Reported>(definition, REPORTED_MEMBERS);
}

function pickArtifacts(artifacts: readonly Schema<'nvct', 'Artifact'>[]): Schema<'nvct', 'Artifact'>[] {
  return distinct(artifacts.map((artifact) => pick(artifact, ARTIFACT_MEMBERS)));
}

/** Owned by the account. */
export type TaskRow = Row<Task, null>;

export const TASKS = new Collection<Task>('nvct.tasks');

export function statusOf({ changes }: Task): Status {
  return (changes.at(-1) ?? changes[0]).status;
}

export function hasEnded(task: Task): boolean {
  return ENDED.has(statusOf(task));
}

/** Returns the names that keys use for a task of their account. */
export function attributesOf({ id }: Pick<TaskRow, 'id'>): ResourceAttributes {
  return { relation: 'owned', names: { task: [id] } };
}

/** Renders a task for lists: without secrets and instances. */
export function taskView({ id, owner, body }: TaskRow): Schema<'nvct', 'Task'> {
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

/** Returns the names of a task's secrets, if any. */
export function renderSecrets({ secretNames }: Task): Pick<Schema<'nvct', 'Task'>, 'secrets'> {
  return secretNames.length > 0 ? { secrets: [...secretNames] } : {};
}

/** Renders status changes as events. Creation is not an event. */
export function renderEvents({ id, owner, body: { changes } }: TaskRow): Schema<'nvct', 'Event'>[] {
  return changes.slice(1).map((change, index) => ({
    eventId: change.id,
    taskId: id,
    ncaId: owner,
    message: `Changing status from '${changes[index]?.status}' to '${change.status}'`,
    createdAt: rfc3339(change.at),
  }));
}

/** Renders the results of a task. */
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
