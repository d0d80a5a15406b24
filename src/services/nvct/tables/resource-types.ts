import type { RowIn, Section } from '../../../contract/sections.ts';
import type { ResourceTypeRow } from '../../../decisions/rule.ts';

const CODE = 'published code, parser of key policies';

/** The resource types of task keys. */
export const RESOURCE_TYPE_SECTIONS = [
  {
    reach: ['owned'],
    source: `${CODE}; the labels are ours`,
    certainty: 'documented',
    rows: {
      'account-tasks': { label: 'All Tasks', names: null, encoding: { type: 'account-tasks', id: '*' } },
      task: {
        label: 'Task',
        names: '<taskId>',
        objects: { collection: 'nvct.tasks', parts: ['id'] },
        encoding: { type: 'task', isBare: true },
      },
    },
  },
] as const satisfies readonly Section<ResourceTypeRow, 'id'>[];

export type ResourceTypeId = RowIn<'id', (typeof RESOURCE_TYPE_SECTIONS)[number]>['id'];
