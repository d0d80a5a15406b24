import * as SCHEMAS from '../../../generated/nvct.schemas.ts';
import {
  bodySchema,
  INSTANT,
  listSchema,
  nullable,
  TEXT,
  TEXTS,
  withoutMembers,
} from '../../definitions/json-schema.ts';
import { createRowSchema, type StoredSchemas } from '../../store/row-schema.ts';
import { type StatusChange, TASKS, type Task, type TaskResult } from './tasks.ts';

const { status, percentComplete, lastHeartbeatAt, healthInfo, instances } = SCHEMAS.Task.properties;

const TASK = bodySchema<Task>(
  {
    name: TEXT,
    definition: withoutMembers(SCHEMAS.CreateTaskRequest, ['name', 'secrets']),
    reported: { type: 'object', properties: { percentComplete, lastHeartbeatAt, healthInfo, instances } },
    results: listSchema(bodySchema<TaskResult>({ id: TEXT, name: TEXT, metadata: { type: 'object' }, at: INSTANT })),
    secretNames: TEXTS,
    changes: { ...listSchema(bodySchema<StatusChange>({ id: TEXT, status, at: INSTANT })), minItems: 1 },
    lastUpdatedAt: nullable(INSTANT),
  },
  ['reported', 'results'],
);

/** The schemas of everything that Cloud Tasks stores. */
export const STORED_SCHEMAS: StoredSchemas = { rows: [createRowSchema(TASKS, TASK)] };
