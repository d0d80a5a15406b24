import { ENUMS } from '../../../generated/nvct.enums.ts';
import * as SCHEMAS from '../../../generated/nvct.schemas.ts';
import type { Schema } from '../../contract/documented.ts';
import {
  documentedSchema,
  list,
  object,
  oneOf,
  optional,
  schema,
  text,
  uuid,
  type ValueOf,
} from '../../contract/json-schema.ts';
import type { Seeding } from '../../contract/seed.ts';
import { findDuplicates, locateEntries } from '../../contract/seed-entries.ts';
import type { Instant } from '../../lib/clock.ts';
import { deriveUuid } from '../../lib/random.ts';
import { accountsOf, findUnknownOrganizations } from '../ngc-keys/accounts.ts';
import {
  pickDefinition,
  pickReported,
  TASKS,
  type Task,
  type TaskResult,
  type TaskRow,
  type TaskStatus,
} from './tasks.ts';

/** The other members of a task, in the vendor's form. They include those that workers report. */
type SeedDefinition = Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets'> & {
  readonly secrets?: readonly string[];
};

const RESULT = object({
  name: text('The name of the result.'),
  metadata: optional(
    schema<TaskResult['metadata']>({ type: 'object' }, 'Metadata that the task reports about the result.'),
  ),
});

const TASK = object({
  org: text('The organisation that owns the task; one of `ngc.organizations`.'),
  name: text('The name of the task.'),
  id: uuid('The id of the task; it must be unique.'),
  status: oneOf(ENUMS.Task.status, 'The status of the task. It does not change by itself.'),
  definition: optional(
    schema<SeedDefinition>(
      documentedSchema(SCHEMAS.Task, ['id', 'ncaId', 'name', 'status', 'createdAt', 'lastUpdatedAt']),
      "Other members of the task, in the vendor's form.",
    ),
  ),
  results: optional(list(RESULT, 'The results of the task.')),
});

const SCHEMA = object({ tasks: optional(list(TASK, 'Tasks.')) });

type SeedTask = ValueOf<typeof TASK>;

const PREVIOUS_STATUS: Readonly<Partial<Record<TaskStatus, TaskStatus>>> = {
  LAUNCHED: 'QUEUED',
  RUNNING: 'LAUNCHED',
  COMPLETED: 'RUNNING',
  ERRORED: 'RUNNING',
  CANCELED: 'QUEUED',
  EXCEEDED_MAX_RUNTIME_DURATION: 'RUNNING',
  EXCEEDED_MAX_QUEUED_DURATION: 'QUEUED',
};

function createHistory(id: string, status: TaskStatus, at: Instant): Task['changes'] {
  const previous = PREVIOUS_STATUS[status];
  const change = { id: deriveUuid(`nvct-task:${id}:${status}`), status, at };
  return previous === undefined ? [change] : [...createHistory(id, previous, at), change];
}

function createResults({ id, results = [] }: SeedTask, at: Instant): TaskResult[] {
  return results.map(({ name, metadata = {} }, index) => ({
    id: deriveUuid(`nvct-result:${id}:${index}`),
    name,
    metadata,
    at,
  }));
}

/** The definition of a task, unless its entry has other members. */
const DEFAULT_DEFINITION: SeedDefinition = { gpuSpecification: { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' } };

/** Applies the `nvct` part of a seed. The cast shows the part unchanged. */
export const seed: Seeding = {
  schema: SCHEMA,
  lists: { tasks: { idMembers: ['id'] } },
  findErrors: (part, wholeSeed) => {
    const tasks = locateEntries('nvct.tasks', readTasks(part));
    return [
      ...findUnknownOrganizations(tasks, [...accountsOf(wholeSeed).keys()]),
      ...findDuplicates('tasks: `id`', tasks, ({ id }) => id),
    ];
  },
  createRows: async (part, now, _random, wholeSeed) => {
    const accounts = accountsOf(wholeSeed);
    // The check of the seed reports unknown organisations, so the default is never used.
    const rows = readTasks(part).map((task) => createTaskRow(task, accounts.get(task.org) ?? '', now));
    return { rows };
  },
  createCast: (part) => part,
};

function createTaskRow(task: SeedTask, owner: string, now: Instant): TaskRow {
  const { name, id, status } = task;
  const definition = { ...DEFAULT_DEFINITION, ...task.definition };
  const changes = createHistory(id, status, now);
  const body: Task = {
    name,
    definition: pickDefinition(definition),
    reported: pickReported(definition),
    results: createResults(task, now),
    secretNames: [...new Set(definition.secrets)],
    changes,
    lastUpdatedAt: changes.length > 1 ? now : null,
  };
  return TASKS.row({ id, owner, parent: null, body });
}

/** Returns the tasks of a seed. @param part matches `SCHEMA` */
function readTasks(part: unknown): readonly SeedTask[] {
  return (part as ValueOf<typeof SCHEMA>).tasks ?? [];
}
