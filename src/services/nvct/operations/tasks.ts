import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { fillText } from '../../../ngc-keys/control-plane.ts';
import { orNotFound } from '../../../ngc-keys/or-not-found.ts';
import { accountOf } from '../../../ngc-keys/self-hosted.ts';
import { checkLimits } from '../limits.ts';
import { FAULTS } from '../tables/texts.ts';
import { checkNewSecrets, checkTask } from '../task-checks.ts';
import {
  attributesOf,
  hasEnded,
  pickDefinition,
  renderEvents,
  renderResults,
  renderSecrets,
  statusOf,
  TASKS,
  type Task,
  type TaskRow,
  taskView,
} from '../tasks.ts';

const ownTask: Lookup<TaskRow> = async (context, id) => {
  const row = await TASKS.byId(context.store.collections, id);
  if (row === null) return { found: 'nothing' };
  if (row.owner !== accountOf(context)) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: attributesOf(row) };
};

/** A key that does not cover the task is refused for that reason, even if another account owns the task. */
const taskForSecrets: Lookup<TaskRow> = async (context, id) => {
  const row = await TASKS.byId(context.store.collections, id);
  if (row === null) return { found: 'nothing' };
  if (row.owner === accountOf(context)) return { found: 'object', target: row, attributes: attributesOf(row) };
  if (context.mayAccess(attributesOf(row))) return { found: 'foreign', owner: row.owner };
  return { found: 'object', target: row, attributes: NO_NAMES };
};

/** No right of the account covers the task, so no change to the key is suggested. */
const NO_NAMES = { relation: 'shared', names: {} } as const;

export const taskLookups = { ownTask, taskForSecrets };

const create: Handler<'nvct', 'createTask'> = async (context) => {
  const { body, now, random, store } = context;
  const { name, secrets = [], ...definition } = checkTask(body);
  const task: Task = {
    name,
    definition: pickDefinition(definition),
    secretNames: listNames(secrets),
    changes: [{ id: random.uuid(), status: 'QUEUED', at: now }],
    lastUpdatedAt: null,
  };
  const row = TASKS.row({ id: random.uuid(), owner: accountOf(context), parent: null, body: task });
  await TASKS.insert(store.collections, row, null);
  return { status: 200, body: { task: { ...taskView(row), ...renderSecrets(task) } } };
};

function listNames(secrets: readonly Schema<'nvct', 'Secret'>[]): string[] {
  return [...new Set(secrets.map(({ name }) => name))];
}

const list: Handler<'nvct', 'listTasks'> = async (context) => {
  const { status } = context.query;
  const { collections } = context.store;
  const rows = await TASKS.ofOwner(collections, accountOf(context));
  const visible = rows
    .filter((row) => context.mayAccess(attributesOf(row)) && (status === undefined || statusOf(row.body) === status))
    .map((row) => [row.revision.place, row] as const);
  const { entries, ...page } = paginate(visible, context.query);
  return { status: 200, body: { tasks: entries.map(taskView), ...page } };
};

/** Cursors of the mock are positions. */
const CURSOR = /^\d{1,15}$/;

/**
 * Returns a page of entries. Only a page followed by another has a limit and a cursor.
 *
 * @param positioned entries with their places, which are never reused, even after a deletion
 * @throws Problem with the vendor's text for an invalid cursor
 */
function paginate<Entry>(
  positioned: readonly (readonly [place: number, Entry])[],
  { limit = 10, cursor }: { readonly limit?: number; readonly cursor?: string },
) {
  if (cursor !== undefined && !CURSOR.test(cursor)) {
    throw new Problem('bad_state', fillText(FAULTS.cursor, { cursor }));
  }
  const rest = positioned.filter(([position]) => cursor === undefined || position > Number(cursor));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const isLastPage = rest.length === page.length || last === undefined;
  return { entries: page.map(([, entry]) => entry), ...(!isLastPage && { limit, cursor: String(last[0]) }) };
}

function withPositions<Entry>(entries: readonly Entry[]): (readonly [place: number, Entry])[] {
  return entries.map((entry, index) => [index + 1, entry]);
}

const bulk: Handler<'nvct', 'listTasksByIds'> = async (context) => {
  const ids = [...new Set(context.body.taskIds.map((id) => id.toLowerCase()))];
  const rows = await Promise.all(ids.map((id) => TASKS.byId(context.store.collections, id)));
  const account = accountOf(context);
  const visible = rows.flatMap((row) =>
    row !== null && row.owner === account && context.mayAccess(attributesOf(row)) ? row : [],
  );
  const tasks = visible.map(({ id, body }) => ({ id, name: body.name, status: statusOf(body) }));
  return { status: 200, body: { ncaId: account, tasks } };
};

const get: Handler<'nvct', 'getTask', TaskRow> = ({ target, query }) => {
  const { instances } = target.body.reported ?? {};
  const task = {
    ...taskView(target),
    ...(query.includeSecrets !== false && renderSecrets(target.body)),
    ...(instances !== undefined && { instances }),
  };
  return { status: 200, body: { task } };
};

const cancel: Handler<'nvct', 'cancelTask', TaskRow> = async (context) => {
  const { now, random } = context;
  const change = { id: random.uuid(), status: 'CANCELED', at: now } as const;
  const row = await changeTask(context, (task) => {
    if (hasEnded(task)) {
      throw new Problem('bad_state', fillText(FAULTS.ended, { status: statusOf(task) }));
    }
    return { ...task, changes: [...task.changes, change], lastUpdatedAt: now };
  });
  return { status: 200, body: { task: taskView(row) } };
};

const remove: Handler<'nvct', 'deleteTask', TaskRow> = async (context) => {
  await orNotFound(TASKS.change(context.store.collections, context.target.id, () => null));
  return { status: 204 };
};

const events: Handler<'nvct', 'listTaskEvents', TaskRow> = ({ target, query }) => {
  const { entries, ...page } = paginate(withPositions(renderEvents(target)), query);
  return { status: 200, body: { events: entries, ...page } };
};

const results: Handler<'nvct', 'listTaskResults', TaskRow> = ({ target, query }) => {
  const { entries, ...page } = paginate(withPositions(renderResults(target)), query);
  return { status: 200, body: { results: entries, ...page } };
};

/** Stores only the names, because no operation returns the values. */
const updateSecrets: Handler<'nvct', 'updateTaskSecrets', TaskRow> = async (context) => {
  const { secrets } = context.body;
  checkLimits('updateSecretsRequest', context.body);
  await changeTask(context, (task) => {
    checkNewSecrets(context.target.id, task, secrets);
    return { ...task, secretNames: [...new Set([...task.secretNames, ...listNames(secrets)])] };
  });
  return { status: 204 };
};

/** @throws Problem if the task no longer exists */
function changeTask(
  { store, target }: Pick<AuthenticatedContext<TaskRow>, 'store' | 'target'>,
  change: (task: Task) => Task,
): Promise<TaskRow> {
  return orNotFound(TASKS.change(store.collections, target.id, (row) => ({ ...row, body: change(row.body) })));
}

export const taskOperations = {
  createTask: create,
  listTasks: list,
  listTasksByIds: bulk,
  getTask: get,
  cancelTask: cancel,
  deleteTask: remove,
  listTaskEvents: events,
  listTaskResults: results,
  updateTaskSecrets: updateSecrets,
};
