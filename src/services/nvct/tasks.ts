import type { Schema } from '../../contract/documented.ts';
import type { ResourceAttributes } from '../../decisions/decide.ts';
import { distinct, pick } from '../../objects/pick.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import { type Instant, rfc3339 } from '../../time/clock.ts';

export type Status = Schema<'nvct', 'Task'>['status'];

/** The statuses of a task that has ended. */
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

/** What workers report of a task. The mock runs nothing, so only a seed tells it. */
type Reported = Pick<Schema<'nvct', 'Task'>, 'percentComplete' | 'lastHeartbeatAt' | 'healthInfo' | 'instances'>;

/** A result of a task. Only a seed makes one. */
export interface TaskResult {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly at: Instant;
}

/** A task, as stored. */
export interface Task {
  readonly name: string;
  /** Further members of its order. */
  readonly definition: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets' | 'gpuSpecification'> & {
    readonly gpuSpecification: Schema<'nvct', 'GpuSpecification'>;
  };
  /** Absent for one of an earlier version, as the results are. */
  readonly reported?: Reported;
  readonly results?: readonly TaskResult[];
  /** Without the values, which no operation returns. */
  readonly secretNames: readonly string[];
  /** Oldest first; the last one is the status now. The mock runs nothing, so only its callers change it. */
  readonly changes: readonly [StatusChange, ...StatusChange[]];
  /** Null until it changes. */
  readonly lastUpdatedAt: Instant | null;
}

/** The members that are kept; the vendor ignores others. */
const DEFINITION = [
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
const GPU = ['gpu', 'backend', 'clusters', 'instanceType', 'configuration', 'helmValidationPolicy'] as const;
const ARTIFACT = ['name', 'version', 'uri'] as const;
const REPORTED = ['percentComplete', 'lastHeartbeatAt', 'healthInfo', 'instances'] as const;

/** Of a task whose order does not say. */
const DEFAULTS = {
  maxQueuedDuration: 'PT72H',
  terminationGracePeriodDuration: 'PT1H',
  resultHandlingStrategy: 'UPLOAD',
} as const;

/** Picks the members of a definition from a request or a seed. What the vendor keeps as a set has no entry twice. */
export function definitionOf(given: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets'>): Task['definition'] {
  const { gpuSpecification = {}, models, resources, tags } = given;
  const { clusters, ...gpu } = pick(gpuSpecification, GPU);
  return {
    ...pick(given, DEFINITION),
    gpuSpecification: { ...gpu, ...(clusters !== undefined && { clusters: distinct(clusters) }) },
    ...(models !== undefined && { models: artifacts(models) }),
    ...(resources !== undefined && { resources: artifacts(resources) }),
    ...(tags !== undefined && { tags: distinct(tags) }),
  };
}

/** Picks from a seed what workers would have reported. */
export function reportedOf(given: object): Reported {
  return pick<Reported, keyof Reported>(given, REPORTED);
}

function artifacts(given: readonly Schema<'nvct', 'Artifact'>[]): Schema<'nvct', 'Artifact'>[] {
  return distinct(given.map((one) => pick(one, ARTIFACT)));
}

/** The owner is the account. */
export type TaskRow = Row<Task, null>;

export const TASKS = new Collection<Task>('nvct.tasks');

export function statusOf({ changes }: Task): Status {
  return (changes.at(-1) ?? changes[0]).status;
}

export function hasEnded(task: Task): boolean {
  return ENDED.has(statusOf(task));
}

/** The names by which keys refer to a task of their account. */
export function attributesOf({ id }: Pick<TaskRow, 'id'>): ResourceAttributes {
  return { relation: 'owned', names: { task: [id] } };
}

/** A task in the vendor's form, as lists have it: without its secrets and instances. */
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

/** The names of its secrets, if it has any. */
export function secretsOf({ secretNames }: Task): Pick<Schema<'nvct', 'Task'>, 'secrets'> {
  return secretNames.length > 0 ? { secrets: [...secretNames] } : {};
}

/** The changes of a task's status as events. Being created is none. */
export function eventsOf({ id, owner, body: { changes } }: TaskRow): Schema<'nvct', 'Event'>[] {
  return changes.slice(1).map((change, index) => ({
    eventId: change.id,
    taskId: id,
    ncaId: owner,
    message: `Changing status from '${changes[index]?.status}' to '${change.status}'`,
    createdAt: rfc3339(change.at),
  }));
}

/** The results of a task in the vendor's form. */
export function resultsOf({ id, owner, body: { results = [] } }: TaskRow): Schema<'nvct', 'Result'>[] {
  return results.map((result) => ({
    resultId: result.id,
    taskId: id,
    ncaId: owner,
    name: result.name,
    metadata: result.metadata,
    createdAt: rfc3339(result.at),
  }));
}
