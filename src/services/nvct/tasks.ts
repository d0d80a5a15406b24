import type { Schema } from '../../contract/documented.ts';
import type { AuthenticatedContext } from '../../contract/request.ts';
import { type Instant, rfc3339 } from '../../core/clock.ts';
import type { ResourceAttributes } from '../../core/decide.ts';
import { objectOf } from '../../core/own.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';

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

/** A task, as stored. */
export interface Task {
  readonly name: string;
  /** Further members as they were sent. */
  readonly definition: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets' | 'gpuSpecification'> & {
    readonly gpuSpecification: Schema<'nvct', 'GpuSpecification'>;
  };
  /** Without the values, which no operation returns. */
  readonly secretNames: readonly string[];
  /** Oldest first; the last one is the status now. The mock runs nothing, so only its callers change it. */
  readonly changes: readonly [StatusChange, ...StatusChange[]];
  readonly lastUpdatedAt: Instant;
}

/** The members that are kept as they were sent; the vendor ignores others. */
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

/** Picks the members of a definition from a request or a seed. */
export function definitionOf(given: Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets'>): Task['definition'] {
  // A request without GPU was refused; the definition of a seed is taken as it is.
  const kept = DEFINITION.filter((name) => given[name] !== undefined);
  return objectOf<Task['definition']>(kept.map((name) => [name, given[name]]));
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

/** The caller's NVIDIA Cloud Account. */
export function accountOf({ caller }: Pick<AuthenticatedContext, 'caller'>): string {
  return caller.principal.account ?? '';
}

/** A task in the vendor's form. */
export function taskView({ id, owner, body }: TaskRow): Schema<'nvct', 'Task'> {
  const { name, definition, secretNames, changes, lastUpdatedAt } = body;
  return {
    ...definition,
    id,
    ncaId: owner,
    name,
    status: statusOf(body),
    createdAt: rfc3339(changes[0].at),
    lastUpdatedAt: rfc3339(lastUpdatedAt),
    ...(secretNames.length > 0 && { secrets: [...secretNames] }),
  };
}

/** The change of a status in the vendor's form. */
export function eventView({ id, owner }: TaskRow, change: StatusChange): Schema<'nvct', 'Event'> {
  return {
    eventId: change.id,
    taskId: id,
    ncaId: owner,
    message: `Status changed to '${change.status}'`,
    createdAt: rfc3339(change.at),
  };
}
