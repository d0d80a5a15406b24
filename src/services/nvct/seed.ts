import { ENUMS } from '../../../generated/nvct.enums.ts';
import type { Seeding } from '../../contract/seed.ts';
import { describe, list, object, text } from '../../core/json-schema.ts';
import { findDuplicates, placeEntries } from '../../core/seed-fault.ts';
import { accountsOf, findUnknownOrganizations } from '../../ngc-keys/organizations.ts';
import { namedUuid } from '../../platform/random.ts';
import { definitionOf, type Status, TASKS, type Task } from './tasks.ts';

/** A task in a seed. */
interface SeedTask {
  readonly org: string;
  readonly name: string;
  readonly id: string;
  readonly status: Status;
  readonly definition?: Task['definition'];
}

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
            status: describe({ enum: ENUMS.Task.status }, 'The status of the task. Nothing changes it by itself.'),
            definition: describe({ type: 'object' }, "Other members of the task, in the vendor's form."),
          },
          ['definition'],
        ),
      ),
      'Tasks.',
    ),
  },
  ['tasks'],
);

/** Of a task whose seed says nothing more. */
const PLAIN = { gpuSpecification: { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' } };

export const seed: Seeding = {
  schema: SCHEMA,
  lists: { tasks: { by: ['id'] } },
  faults: (part, whole) => {
    const tasks = placeEntries('nvct.tasks', tasksOf(part));
    return [
      ...findUnknownOrganizations(tasks, [...accountsOf(whole).keys()]),
      ...findDuplicates('tasks: `id`', tasks, ({ id }) => id),
    ];
  },
  rows: async (part, now, _random, whole) => {
    const accounts = accountsOf(whole);
    const rows = tasksOf(part).map(({ org, name, id, status, definition = PLAIN }) =>
      TASKS.row({
        id,
        owner: accounts.get(org) ?? '',
        parent: null,
        body: {
          name,
          definition: definitionOf(definition),
          secretNames: [],
          changes: [{ id: namedUuid(`nvct-task:${id}`), status, at: now }],
          lastUpdatedAt: now,
        },
      }),
    );
    return { rows };
  },
  cast: (part) => part,
};

function tasksOf(part: unknown): readonly SeedTask[] {
  // It fits the schema, which `SeedTask` expresses in types.
  return (part as { readonly tasks?: readonly SeedTask[] }).tasks ?? [];
}
