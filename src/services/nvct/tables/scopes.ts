import type { RowIn, Section } from '../../../contract/sections.ts';
import type { PermissionRow, ResourceTypeRow } from '../../../decisions/rule.ts';

export const SCOPE_SECTIONS = [
  {
    source: 'published code (NVIDIA/nvcf, fadc0f81) and the scopes that its client requests; the labels are ours',
    certainty: 'documented',
    rows: {
      launch_task: { label: 'Launch Task' },
      list_tasks: { label: 'List Tasks' },
      task_details: { label: 'Task Details' },
      cancel_task: { label: 'Cancel Task' },
      delete_task: { label: 'Delete Task' },
      list_events: { label: 'List Task Events' },
      list_results: { label: 'List Task Results' },
      update_secrets: { label: 'Update Task Secrets' },
    },
  },
] as const satisfies readonly Section<PermissionRow, 'id'>[];

export type Scope = RowIn<'id', (typeof SCOPE_SECTIONS)[number]>['id'];

const CODE = 'published code, parser of key policies';

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
