import type { RowIn, Section } from '../../../contract/sections.ts';
import type { DenyReason } from '../../../decisions/reasons.ts';
import type { RemedyRow, Rule } from '../../../decisions/rule.ts';
import { KEY_REMEDIES } from '../../ngc-keys/remedies.ts';
import type { ResourceTypeId, Scope } from './scopes.ts';

const CODE = {
  source: 'published code (NVIDIA/nvcf, fadc0f81, cloud-tasks); page "API" of its documentation',
  certainty: 'documented',
} as const;

const TASK = { lookup: 'ownTask', param: 'taskId' } as const;
const TASK_FOR_SECRETS = { lookup: 'taskForSecrets', param: 'taskId' } as const;

/** The scope and resource types of each action. Tasks are looked up before the key's resources are checked. */
export const RULE_SECTIONS = [
  {
    on: ['account-tasks'],
    ...CODE,
    rows: { 'create-task': { label: 'Create a task', needs: { all: ['launch_task'] } } },
  },
  {
    on: ['account-tasks', 'task'],
    open: [],
    ...CODE,
    rows: {
      'list-tasks': { label: 'List tasks', needs: { all: ['list_tasks'] } },
      'get-task': { label: 'Get a task', needs: { all: ['task_details'] }, cover: TASK },
      'cancel-task': { label: 'Cancel a task', needs: { all: ['cancel_task'] }, cover: TASK },
      'delete-task': { label: 'Delete a task', needs: { all: ['delete_task'] }, cover: TASK },
      'list-events': { label: 'List the events of a task', needs: { all: ['list_events'] }, cover: TASK },
      'list-results': { label: 'List the results of a task', needs: { all: ['list_results'] }, cover: TASK },
      'update-task-secrets': {
        label: 'Update the secrets of a task',
        needs: { all: ['update_secrets'] },
        cover: TASK_FOR_SECRETS,
      },
    },
  },
] as const satisfies readonly Section<Rule<Scope, ResourceTypeId>, 'id'>[];

export type RuleId = RowIn<'id', (typeof RULE_SECTIONS)[number]>['id'];

/** Changing the key's resources does not help: the operation also checks the account of the task. */
const OWN_TASK: RemedyRow = {
  kind: 'object',
  text: "use a task of the key's account: this one belongs to another account",
};

/** Remedies for refusals that no change to the key can fix. */
export const REMEDIES = {
  ...KEY_REMEDIES,
  missing_scope: {
    kind: 'identity',
    text: 'use a service key for Cloud Tasks: no role grants the user of a personal key a task scope',
  },
  incompatible_resource_type: OWN_TASK,
  resource_mismatch: OWN_TASK,
  foreign_object: { kind: 'identity', text: 'use a key of the account that owns the task' },
} as const satisfies Partial<Record<DenyReason, RemedyRow>>;
