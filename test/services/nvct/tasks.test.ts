import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

const SPEC = { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x', clusters: ['a'] };
const DEFINITION = { name: 'mine', containerImage: 'nvcr.io/acme/train:1', gpuSpecification: SPEC };

async function world(nvcf: 'documented' | 'open-source' = 'documented') {
  const server = await testServer({ nvcf });
  const { body: cast } = await server.call('GET /_mock/cast');
  const keyOf = (name: string) => cast.ngc.keys.find((key: { name: string }) => key.name === name).key as string;
  const idOf = (name: string) => cast.nvct.tasks.find((task: { name: string }) => task.name === name).id as string;
  const as = (name: string) => (request: string, body?: unknown) => {
    const [method, path] = request.split(' ');
    return server.call(`${method} /v1/nvct/${path}`, { token: keyOf(name), ...(body !== undefined && { body }) });
  };
  return { server, idOf, cli: as('nvct-cli'), observer: as('nvct-observer') };
}

describe('a task', () => {
  it('is created, read, cancelled once, and deleted; its events tell so', async () => {
    const { server, cli } = await world();
    const { body } = await cli('POST tasks', { ...DEFINITION, secrets: [{ name: 'token', value: 'a-secret-value' }] });
    const { task } = body;
    expect(task).toEqual({
      ...DEFINITION,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ncaId: 'nca-acme-0001',
      status: 'QUEUED',
      createdAt: '2026-01-15T12:00:00.000Z',
      lastUpdatedAt: '2026-01-15T12:00:00.000Z',
      secrets: ['token'],
    });
    expect((await cli(`GET tasks/${task.id}`)).body).toEqual(body);

    await server.call('POST /_mock/clock/advance', { body: { by: '1m' } });
    const cancelled = { ...task, status: 'CANCELED', lastUpdatedAt: '2026-01-15T12:01:00.000Z' };
    expect((await cli(`POST tasks/${task.id}/cancel`)).body.task).toEqual(cancelled);
    const again = await cli(`POST tasks/${task.id}/cancel`);
    expect([again.status, again.body.detail]).toEqual([
      400,
      `Task id '${task.id}': Task in status 'CANCELED' cannot be canceled`,
    ]);
    const { body: events } = await cli(`GET tasks/${task.id}/events`);
    expect(events.events).toMatchObject([
      { taskId: task.id, message: "Status changed to 'QUEUED'", createdAt: '2026-01-15T12:00:00.000Z' },
      { taskId: task.id, message: "Status changed to 'CANCELED'", createdAt: '2026-01-15T12:01:00.000Z' },
    ]);
    expect((await cli(`GET tasks/${task.id}/results`)).body).toEqual({ results: [], limit: 100 });

    expect((await cli(`DELETE tasks/${task.id}`)).status).toBe(204);
    expect((await cli(`GET tasks/${task.id}`)).status).toBe(404);
    expect((await cli(`DELETE tasks/${task.id}`)).status).toBe(404);
  });

  it('is cancelled by one of several requests', async () => {
    const { cli, idOf } = await world();
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await cli(`POST tasks/${idOf('waiting')}/cancel`)).status),
    );

    expect(statuses.sort()).toEqual([200, 400, 400, 400, 400]);
  });

  it('shows the names of its secrets, and never a value', async () => {
    const { server, cli, idOf } = await world();
    const secrets = [
      { name: 'a', value: 'a-secret-value' },
      { name: 'b', value: { c: 'a-secret-value' } },
    ];
    expect((await cli(`PUT secrets/tasks/${idOf('train')}`, { secrets })).status).toBe(204);

    expect((await cli(`GET tasks/${idOf('train')}`)).body.task.secrets).toEqual(['a', 'b']);
    expect(JSON.stringify((await server.call('GET /_mock/requests')).body)).not.toContain('a-secret-value');
  });

  it.each([
    [{ ...DEFINITION, name: undefined }, /`name`/],
    [{ ...DEFINITION, name: '' }, /`name`/],
    [{ ...DEFINITION, gpuSpecification: undefined }, /`gpuSpecification`/],
    [{ ...DEFINITION, gpuSpecification: {} }, /`gpuSpecification\.gpu`/],
    [{ ...DEFINITION, containerImage: undefined }, /`containerImage` is missing; send it, or `helmChart`/],
    [{ ...DEFINITION, resultHandlingStrategy: 'KEEP' }, /`resultHandlingStrategy`/],
  ])('that is not valid is refused by name: %j', async (body, message) => {
    const { cli } = await world();
    const answer = await cli('POST tasks', body);

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(message);
  });
});

describe('a list', () => {
  it('contains the tasks that the key covers', async () => {
    const { cli, observer, idOf } = await world();
    const names = ({ body }: { body: { tasks: { name: string }[] } }) => body.tasks.map(({ name }) => name);

    expect(names(await cli('GET tasks'))).toEqual(['train', 'evaluate', 'waiting', 'retired']);
    expect(names(await cli('GET tasks?status=COMPLETED'))).toEqual(['evaluate', 'retired']);
    expect(names(await observer('GET tasks'))).toEqual(['train']);
    const taskIds = ['evaluate', 'private', 'train'].map(idOf);
    expect(names(await cli('POST tasks/bulk', { taskIds: [...taskIds, taskIds[0]] }))).toEqual(['evaluate', 'train']);
    expect(names(await observer('POST tasks/bulk', { taskIds }))).toEqual(['train']);
  });

  it('has pages, which follow each other also where tasks are deleted and added meanwhile', async () => {
    const { cli } = await world();
    const { body: first } = await cli('GET tasks?limit=2');
    expect(first).toMatchObject({ tasks: [{ name: 'train' }, { name: 'evaluate' }], limit: 2 });
    await cli(`DELETE tasks/${first.tasks[1].id}`);
    await cli('POST tasks', DEFINITION);
    const { body: second } = await cli(`GET tasks?limit=2&cursor=${first.cursor}`);
    expect(second.tasks).toMatchObject([{ name: 'waiting' }, { name: 'retired' }]);
    const { body: last } = await cli(`GET tasks?limit=2&cursor=${second.cursor}`);
    expect(last.tasks).toMatchObject([{ name: 'mine' }]);
    expect(last).not.toHaveProperty('cursor');
    for (const query of ['limit=0', 'limit=101', 'limit=a', 'cursor=a', 'status=DONE']) {
      expect((await cli(`GET tasks?${query}`)).status, query).toBe(400);
    }
  });
});

describe('a refusal', () => {
  it('is explained, and its fix works', async () => {
    const { server, observer, idOf } = await world();
    const refused = await observer(`POST tasks/${idOf('train')}/cancel`);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
    const { method, path, body: sent } = body.fixes[0].request;
    expect((await server.call(`${method} ${path}`, { body: sent })).status).toBe(200);

    expect((await observer(`POST tasks/${idOf('train')}/cancel`)).status).toBe(200);
    expect((await observer(`GET tasks/${idOf('train')}`)).status).toBe(200);
  });

  it('of an administrator names the scope that no issuer gives', async () => {
    const { server } = await world('open-source');
    const { body } = await server.call('POST /v1/admin/keys');
    const { status, decision } = await server.call('GET /v1/nvct/tasks', { token: body.value });

    expect([status, decision]).toEqual([403, expect.objectContaining({ missing: ['list_tasks'] })]);
  });
});

it('a key for both services uses `update_secrets` on what its resources name', async () => {
  const { server, idOf } = await world();
  const order = { type: 'service', name: 'both', services: ['nvcf', 'nvct'], scopes: ['update_secrets'] };
  const { body } = await server.call('POST /_mock/keys', { body: { ...order, resource: { type: 'All Tasks' } } });
  const secrets = [{ name: 'a', value: 'b' }];
  const put = (path: string) => server.call(`PUT ${path}`, { token: body.key, body: { secrets } });

  expect((await put(`/v1/nvct/secrets/tasks/${idOf('train')}`)).status).toBe(204);
  const refused = await put(
    '/v2/nvcf/secrets/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001/versions/9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0001',
  );
  expect([refused.status, refused.decision.reason]).toEqual([403, 'incompatible_resource_type']);
});

it('tasks belong to their world, and to its snapshots', async () => {
  const { server, cli, idOf } = await world();
  const { body: snapshot } = await server.call('POST /_mock/snapshots', { body: { name: 'before' } });
  await cli(`DELETE tasks/${idOf('train')}`);
  expect((await cli(`GET tasks/${idOf('train')}`)).status).toBe(404);
  await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`);

  expect((await cli(`GET tasks/${idOf('train')}`)).status).toBe(200);
});
