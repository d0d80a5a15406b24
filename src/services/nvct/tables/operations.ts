import type { Section } from '../../../contract/sections.ts';
import type { OperationRow } from '../../../decisions/rule.ts';
import type { RuleId } from './rules.ts';

export const OPERATION_SECTIONS = [
  {
    source: 'published code (NVIDIA/nvcf, fadc0f81, cloud-tasks): controllers, and annotations of the bodies',
    certainty: 'documented',
    rows: {
      createTask: { rule: 'create-task' },
      listTasks: { rule: 'list-tasks' },
      listTasksByIds: { rule: 'list-tasks' },
      getTask: { rule: 'get-task' },
      cancelTask: { rule: 'cancel-task' },
      deleteTask: { rule: 'delete-task' },
      listTaskEvents: { rule: 'list-events' },
      listTaskResults: { rule: 'list-results' },
      updateTaskSecrets: { rule: 'update-task-secrets' },
    },
  },
] as const satisfies readonly Section<OperationRow & { readonly rule: RuleId }, 'id'>[];
