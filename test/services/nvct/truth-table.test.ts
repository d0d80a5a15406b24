import { beforeAll, describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const TRAIN = '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0001';
const WAITING = '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0003';
const PRIVATE = '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0005';
const NOBODY = '00000000-0000-4000-8000-000000000000';

const CREATE = {
  name: 'a',
  containerImage: 'nvcr.io/acme/train:1',
  gpuSpecification: { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' },
  resultHandlingStrategy: 'NONE',
};
const SECRETS = { secrets: [{ name: 'a', value: 'b' }] };

interface Row {
  readonly request: string;
  readonly body?: object;
  readonly scope: string;
  readonly status: number;
  /** The detail of the error if the key does not cover the task; null if the request is allowed nevertheless. */
  readonly mismatch: string | null;
  /** Whether a key for this single task is sufficient. */
  readonly single: boolean;
}

/** A request below `/v1/nvct/`; `ID` is replaced by the id of a task. */
const row = (request: string, scope: string, mismatch: string | null, members: Partial<Row> = {}): Row => ({
  request: request.replace(' ', ' /v1/nvct/'),
  scope,
  mismatch,
  status: 200,
  single: true,
  ...members,
});
const ROWS: Readonly<Record<string, Row>> = {
  createTask: row('POST tasks', 'launch_task', 'Forbidden to create task', { body: CREATE, single: false }),
  listTasks: row('GET tasks', 'list_tasks', null),
  listTasksByIds: row('POST tasks/bulk', 'list_tasks', null, { body: { taskIds: [WAITING] } }),
  getTask: row('GET tasks/ID', 'task_details', 'Insufficient resource access for task details'),
  cancelTask: row('POST tasks/ID/cancel', 'cancel_task', 'Insufficient resource access to cancel task'),
  deleteTask: row('DELETE tasks/ID', 'delete_task', 'Insufficient resource access to delete task', { status: 204 }),
  listTaskEvents: row('GET tasks/ID/events', 'list_events', "Task 'ID': Forbidden to list events"),
  listTaskResults: row('GET tasks/ID/results', 'list_results', "Task 'ID': Forbidden to list results"),
  updateTaskSecrets: row('PUT secrets/tasks/ID', 'update_secrets', "Task 'ID': Forbidden to update secrets", {
    body: SECRETS,
    status: 204,
  }),
};
const SCOPES = [...new Set(Object.values(ROWS).map(({ scope }) => scope))];

const ALL = { type: 'All Tasks' };
const forTask = (id: string) => ({ type: 'Task', ids: [id] });

describe.each(['documented', 'open-source'] as const)('in the %s profile', (nvcf) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer({ nvcf });
  });

  const createKey = async (scopes: readonly string[], resource: object | undefined, services = ['nvct']) => {
    const order = { type: 'service', name: 'a', services, scopes, ...(resource && { resource }) };
    return (await server.call('POST /_mock/keys', { body: { ...order, force: true } })).body.key as string;
  };
  const send = ({ request, body }: Pick<Row, 'request' | 'body'>, token: string, id = WAITING) =>
    server.call(request.replace('ID', id), { token, ...(body && { body }) });
  /** Creates a task with secrets, which every operation can change. */
  const createTask = async () => {
    const answer = await server.call('POST /v1/nvct/tasks', {
      token: castKey('nvct-cli').key,
      body: { ...CREATE, ...SECRETS },
    });
    return answer.body.task.id as string;
  };

  it('the truth table contains every operation and every scope', async () => {
    const { body } = await server.call('GET /_mock/tables/nvct');

    expect(body.operations.map(({ id }: { id: string }) => id).sort()).toEqual(Object.keys(ROWS).sort());
    expect(body.grants.map(({ id }: { id: string }) => id).sort()).toEqual([...SCOPES].sort());
  });

  describe.each(Object.entries(ROWS))('%s', (operation, row) => {
    it('is allowed with its scope for all tasks, and denied with all other scopes', async () => {
      const others = SCOPES.filter((scope) => scope !== row.scope);
      const refused = await send(row, await createKey(others, ALL));
      expect(refused).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
      expect(refused.decision).toMatchObject({ reason: 'missing_scope', missing: [row.scope] });

      const allowed = await send(row, await createKey([row.scope], ALL), await createTask());
      expect([allowed.status, allowed.decision.effect]).toEqual([row.status, 'allow']);
    });

    it(`is ${row.single ? 'allowed' : 'denied'} with a key for a single task`, async () => {
      const id = await createTask();
      const { status, body } = await send(row, await createKey([row.scope], forTask(id)), id);

      expect(status).toBe(row.single ? row.status : 403);
      if (!row.single) expect(body.detail).toBe(row.mismatch);
    });

    it.each([forTask(TRAIN), undefined, { type: 'All Functions' }])(
      row.mismatch === null ? 'omits the task with a key for %j' : 'is denied with a key for %j',
      async (resource) => {
        const { status, body } = await send(row, await createKey([row.scope], resource));

        expect(status).toBe(row.mismatch === null ? row.status : 403);
        if (row.mismatch === null) expect(body.tasks.map(({ id }: { id: string }) => id)).not.toContain(WAITING);
        else expect(body.detail).toBe(row.mismatch.replace('ID', WAITING));
      },
    );

    it('is denied with a key for another service', async () => {
      const { status, decision } = await send(row, await createKey([row.scope], ALL, ['nvcf']));

      expect([status, decision.reason]).toEqual([403, 'service_not_enabled']);
    });

    it.runIf(row.request.includes('ID'))(
      'returns 404 for a task of another account before the resources are checked',
      async () => {
        for (const [id, where] of [
          [PRIVATE, " in account 'nca-acme-0001'"],
          [NOBODY, ''],
        ] as const) {
          const { status, body } = await send(row, await createKey([row.scope], ALL), id);
          expect([status, body.detail]).toEqual([404, `Task id '${id}': Not found${where}`]);
        }
        const { status, body } = await send(row, await createKey([row.scope], forTask(TRAIN)), PRIVATE);
        // For secrets, the account is checked last.
        const isSecrets = operation === 'updateTaskSecrets';
        expect(status).toBe(isSecrets ? 403 : 404);
        if (isSecrets) expect(body.detail).toBe(`Task '${PRIVATE}': Forbidden to update secrets`);
      },
    );

    it('requires a valid key', async () => {
      const { status, body } = await server.call(
        row.request.replace('ID', WAITING),
        row.body ? { body: row.body } : {},
      );
      expect([status, body]).toEqual([401, undefined]);
      const unknown = await send(row, `nvapi-${'a'.repeat(64)}`);
      expect([unknown.status, unknown.body.detail]).toEqual([403, 'Authorization failed']);
    });
  });
});
