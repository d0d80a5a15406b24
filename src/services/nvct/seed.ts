import { ENUMS } from '../../../generated/nvct.enums.ts';
import * as SCHEMAS from '../../../generated/nvct.schemas.ts';
import type { Schema } from '../../contract/documented.ts';
import type { Seeding } from '../../contract/seed.ts';
import { describe, documented, list, object, text } from '../../definitions/json-schema.ts';
import { findDuplicates, placeEntries } from '../../definitions/seed-entries.ts';
import { accountsOf, findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { deriveUuid } from '../../platform/random.ts';
import type { Instant } from '../../time/clock.ts';
import { pickDefinition, pickReported, type Status, TASKS, type Task, type TaskResult } from './tasks.ts';

/** A task in a seed. */
interface SeedTask {
  readonly org: string;
  readonly name: string;
  readonly id: string;
  readonly status: Status;
  readonly definition?: SeedDefinition;
  readonly results?: readonly {
    readonly name: string;
    readonly metadata?: TaskResult['metadata'];
  }[];
}

/** Members of a task in the vendor's form, including what workers report. */
type SeedDefinition = Omit<Schema<'nvct', 'CreateTaskRequest'>, 'name' | 'secrets'> & {
  readonly secrets?: readonly string[];
};

const uuid = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };

const SCHEMA = object(
  {
    tasks: describe(
      list(
        object(
          {
            org: describe(text, 'The organisation that owns the task; one of `ngc.organizations`.'),
            name: describe(text, 'The name of the task.'),
            id: describe(uuid, 'The id of the task; it must be unique.'),
            status: describe({ enum: ENUMS.Task.status }, 'The status of the task. It does not change by itself.'),
            definition: describe(
              documented(SCHEMAS.Task, ['id', 'ncaId', 'name', 'status', 'createdAt', 'lastUpdatedAt']),
              "Other members of the task, in the vendor's form.",
            ),
            results: describe(
              list(
                object(
                  {
                    name: describe(text, 'The name of the result.'),
                    metadata: describe({ type: 'object' }, 'Metadata that the task reports about the result.'),
                  },
                  ['metadata'],
                ),
              ),
              'The results of the task.',
            ),
          },
          ['definition', 'results'],
        ),
      ),
      'Tasks.',
    ),
  },
  ['tasks'],
);

/** The status that usually precedes another one. */
const PREVIOUS_STATUS: Readonly<Partial<Record<Status, Status>>> = {
  LAUNCHED: 'QUEUED',
  RUNNING: 'LAUNCHED',
  COMPLETED: 'RUNNING',
  ERRORED: 'RUNNING',
  CANCELED: 'QUEUED',
  EXCEEDED_MAX_RUNTIME_DURATION: 'RUNNING',
  EXCEEDED_MAX_QUEUED_DURATION: 'QUEUED',
};

/** Returns the status changes that lead to a status. */
function buildHistory(id: string, status: Status, at: Instant): Task['changes'] {
  const previous = PREVIOUS_STATUS[status];
  const change = { id: deriveUuid(`nvct-task:${id}:${status}`), status, at };
  return previous === undefined ? [change] : [...buildHistory(id, previous, at), change];
}

function buildResults({ id, results = [] }: SeedTask, at: Instant): TaskResult[] {
  return results.map(({ name, metadata = {} }, index) => ({
    id: deriveUuid(`nvct-result:${id}:${index}`),
    name,
    metadata,
    at,
  }));
}

/** Defaults for a task without a definition. */
const DEFAULT_DEFINITION: SeedDefinition = { gpuSpecification: { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' } };

export const seed: Seeding = {
  schema: SCHEMA,
  lists: { tasks: { idMembers: ['id'] } },
  findErrors: (part, whole) => {
    const tasks = placeEntries('nvct.tasks', readTasks(part));
    return [
      ...findUnknownOrganizations(tasks, [...accountsOf(whole).keys()]),
      ...findDuplicates('tasks: `id`', tasks, ({ id }) => id),
    ];
  },
  createRows: async (part, now, _random, whole) => {
    const accounts = accountsOf(whole);
    const rows = readTasks(part).map((task) => {
      const { org, name, id, status } = task;
      const definition = { ...DEFAULT_DEFINITION, ...task.definition };
      const changes = buildHistory(id, status, now);
      const body: Task = {
        name,
        definition: pickDefinition(definition),
        reported: pickReported(definition),
        results: buildResults(task, now),
        secretNames: [...new Set(definition.secrets)],
        changes,
        lastUpdatedAt: changes.length > 1 ? now : null,
      };
      return TASKS.row({ id, owner: accounts.get(org) ?? '', parent: null, body });
    });
    return { rows };
  },
  createCast: (part) => part,
};

function readTasks(part: unknown): readonly SeedTask[] {
  // Already validated against the schema that `SeedTask` mirrors.
  return (part as { readonly tasks?: readonly SeedTask[] }).tasks ?? [];
}
