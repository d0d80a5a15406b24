import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup } from '../../../contract/request.ts';
import type { ResourceAttributes } from '../../../decisions/decide.ts';
import { Problem } from '../../../decisions/problem.ts';
import { rejectMissing } from '../../../store/errors.ts';
import { fillText } from '../../ngc-keys/control-plane.ts';
import { requireAccount } from '../../ngc-keys/self-hosted.ts';
import { checkLimits } from '../limits.ts';
import { FAULTS } from '../tables/texts.ts';
import { checkNewSecrets, checkTask } from '../task-checks.ts';
import {
  attributesOfTask,
  hasEnded,
  pickDefinition,
  renderEvents,
  renderResults,
  renderSecretNames,
  renderTask,
  statusOf,
  TASKS,
  type Task,
  type TaskRow,
} from '../tasks.ts';

const ownTask: Lookup<TaskRow> = async (context, id) => {
  const row = await TASKS.byId(context.store.collections, id);
  if (row === null) return { found: 'nothing' };
  if (row.owner !== requireAccount(context)) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOfTask(row) };
};

/** The attributes of a task that no right of the account covers, so that no change to the key is suggested. */
const UNCOVERED: ResourceAttributes = { relation: 'shared', names: {} };

/** Like the published code, checks the resources of the key before the account that owns the task. */
const taskForSecrets: Lookup<TaskRow> = async (context, id) => {
  const row = await TASKS.byId(context.store.collections, id);
  if (row === null) return { found: 'nothing' };
  if (row.owner === requireAccount(context)) return { found: 'object', target: row, attributes: attributesOfTask(row) };
  if (context.mayAccess(attributesOfTask(row))) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: UNCOVERED };
};

export const taskLookups = { ownTask, taskForSecrets };

const createTask: Handler<'nvct', 'createTask'> = async (context) => {
  const { body, now, random, store } = context;
  const { name, secrets = [], ...definition } = checkTask(body);
  const task: Task = {
    name,
    definition: pickDefinition(definition),
    secretNames: listSecretNames(secrets),
    changes: [{ id: random.uuid(), status: 'QUEUED', at: now }],
    lastUpdatedAt: null,
  };
  const row = TASKS.row({ id: random.uuid(), owner: requireAccount(context), parent: null, body: task });
  await TASKS.insert(store.collections, row, null);
  return { status: 200, body: { task: { ...renderTask(row), ...renderSecretNames(task) } } };
};

function listSecretNames(secrets: readonly Schema<'nvct', 'Secret'>[]): string[] {
  return [...new Set(secrets.map(({ name }) => name))];
}

const listTasks: Handler<'nvct', 'listTasks'> = async (context) => {
  const { status } = context.query;
  const { collections } = context.store;
  const rows = await TASKS.ofOwner(collections, requireAccount(context));
  const visible = rows.filter(
    (row) => context.mayAccess(attributesOfTask(row)) && (status === undefined || statusOf(row.body) === status),
  );
  // Unlike an index, the position of a row in the store is never reused, even after a deletion.
  const { entries, ...page } = createPage(visible, context.query, ({ revision }) => revision.place);
  await context.reserveAnswer(entries);
  return { status: 200, body: { tasks: entries.map(renderTask), ...page } };
};

/** A cursor: the position of the last entry of the previous page. 15 digits are always a safe integer. */
const CURSOR = /^\d{1,15}$/;

/** @throws Problem with the vendor's text for a cursor that is not valid */
function createPage<Entry>(
  all: readonly Entry[],
  { limit = 10, cursor }: { readonly limit?: number; readonly cursor?: string },
  positionOf: (entry: Entry, index: number) => number = (_, index) => index + 1,
) {
  if (cursor !== undefined && !CURSOR.test(cursor)) {
    throw new Problem('bad_state', fillText(FAULTS.cursor, { cursor }));
  }
  const positioned = all.map((entry, index) => ({ position: positionOf(entry, index), entry }));
  const rest = positioned.filter(({ position }) => cursor === undefined || position > Number(cursor));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const entries = page.map(({ entry }) => entry);
  if (last === undefined || rest.length === page.length) return { entries };
  return { entries, limit, cursor: String(last.position) };
}

const listTasksByIds: Handler<'nvct', 'listTasksByIds'> = async (context) => {
  const ids = [...new Set(context.body.taskIds.map((id) => id.toLowerCase()))];
  const rows = await Promise.all(ids.map((id) => TASKS.byId(context.store.collections, id)));
  const account = requireAccount(context);
  const visible = rows.flatMap((row) =>
    row !== null && row.owner === account && context.mayAccess(attributesOfTask(row)) ? row : [],
  );
  const tasks = visible.map(({ id, body }) => ({ id, name: body.name, status: statusOf(body) }));
  return { status: 200, body: { ncaId: account, tasks } };
};

const getTask: Handler<'nvct', 'getTask', TaskRow> = ({ target, query }) => {
  const { instances } = target.body.reported ?? {};
  const task = {
    ...renderTask(target),
    ...(query.includeSecrets !== false && renderSecretNames(target.body)),
    ...(instances !== undefined && { instances }),
  };
  return { status: 200, body: { task } };
};

const cancelTask: Handler<'nvct', 'cancelTask', TaskRow> = async (context) => {
  const { now, random } = context;
  const change = { id: random.uuid(), status: 'CANCELED', at: now } as const;
  const row = await changeTask(context, (task) => {
    if (hasEnded(task)) {
      throw new Problem('bad_state', fillText(FAULTS.ended, { status: statusOf(task) }));
    }
    return { ...task, changes: [...task.changes, change], lastUpdatedAt: now };
  });
  return { status: 200, body: { task: renderTask(row) } };
};

const deleteTask: Handler<'nvct', 'deleteTask', TaskRow> = async (context) => {
  await rejectMissing(TASKS.change(context.store.collections, context.target.id, () => null));
  return { status: 204 };
};

const listTaskEvents: Handler<'nvct', 'listTaskEvents', TaskRow> = ({ target, query }) => {
  const { entries, ...page } = createPage(renderEvents(target), query);
  return { status: 200, body: { events: entries, ...page } };
};

const listTaskResults: Handler<'nvct', 'listTaskResults', TaskRow> = ({ target, query }) => {
  const { entries, ...page } = createPage(renderResults(target), query);
  return { status: 200, body: { results: entries, ...page } };
};

/** Adds secrets to a task. Only the names are stored, because no operation returns the values. */
const updateTaskSecrets: Handler<'nvct', 'updateTaskSecrets', TaskRow> = async (context) => {
  const { secrets } = context.body;
  checkLimits('updateSecretsRequest', context.body);
  await changeTask(context, (task) => {
    checkNewSecrets(context.target.id, task, secrets);
    return { ...task, secretNames: [...new Set([...task.secretNames, ...listSecretNames(secrets)])] };
  });
  return { status: 204 };
};

function changeTask({ store, target }: AuthenticatedContext<TaskRow>, change: (task: Task) => Task): Promise<TaskRow> {
  return rejectMissing(TASKS.change(store.collections, target.id, (row) => ({ ...row, body: change(row.body) })));
}

export const taskOperations = {
  createTask,
  listTasks,
  listTasksByIds,
  getTask,
  cancelTask,
  deleteTask,
  listTaskEvents,
  listTaskResults,
  updateTaskSecrets,
};
