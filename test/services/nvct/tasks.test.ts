import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '../../support/folder.ts';
import { listHints } from '../../support/hints.ts';
import { asOwner, createKey, TASKS } from '../../support/nak.ts';
import { castFunction, castKey, castTask } from '../../support/ngc-cast.ts';
import { resetTestServer, type TestServer, testServer } from '../../support/server.ts';

const SPEC = { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x', clusters: ['a'] };
const DEFINITION = {
  name: 'mine',
  containerImage: 'nvcr.io/acme/train:1',
  gpuSpecification: SPEC,
  resultHandlingStrategy: 'NONE',
};
const { containerImage: _, ...CHART } = { ...DEFINITION, helmChart: 'https://helm.example.test/a-1.tgz' };
const secret = (name: string, value: unknown = 'b') => ({ name, value });
/** The GPU specification of a task on GFN. */
const GFN = { gpuSpecification: { ...SPEC, backend: 'GFN' } };
const UPLOADED = {
  ...DEFINITION,
  resultHandlingStrategy: undefined,
  resultsLocation: 'acme/team/model',
  secrets: [secret('ngc_api_key')],
};

const SEEDED = { org: 'acme', name: 'seeded', id: '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a00ff', status: 'ERRORED' };
const RESULTS = [{ name: 'one', metadata: { loss: 0.1 } }, { name: 'two' }];

const [echo] = castFunction('echo');
const FUNCTION_SECRETS = `/v2/nvcf/secrets/functions/${echo?.functionId}/versions/${echo?.versionId}`;

const servers = {
  documented: await testServer(),
  'open-source': await testServer({ nvcf: 'open-source' }),
};

async function createWorld(nvcf: keyof typeof servers = 'documented') {
  const server = await resetTestServer(servers[nvcf]);
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
  it('is created, read, cancelled once and deleted, and the cancellation is an event', async () => {
    const { server, cli } = await createWorld();
    const { body } = await cli('POST tasks', { ...DEFINITION, secrets: [{ name: 'token', value: 'a-secret-value' }] });
    const { task } = body;
    expect(task).toEqual({
      ...DEFINITION,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ncaId: 'nca-acme-0001',
      status: 'QUEUED',
      maxQueuedDuration: 'PT72H',
      terminationGracePeriodDuration: 'PT1H',
      createdAt: '2026-01-15T12:00:00.000Z',
      secrets: ['token'],
    });
    expect((await cli(`GET tasks/${task.id}?includeSecrets=true`)).body).toEqual(body);
    expect((await cli(`GET tasks/${task.id}?includeSecrets=false`)).body.task).not.toHaveProperty('secrets');
    expect(await listHints(server)).toEqual([]);

    await server.call('POST /_mock/clock/advance', { body: { by: '1m' } });
    const cancelled = { ...task, status: 'CANCELED', lastUpdatedAt: '2026-01-15T12:01:00.000Z', secrets: undefined };
    expect((await cli(`GET tasks/${task.id}/events`)).body).toEqual({ events: [] });
    expect((await cli(`POST tasks/${task.id}/cancel`)).body.task).toEqual(cancelled);
    const again = await cli(`POST tasks/${task.id}/cancel`);
    const cannotCancel = "Invalid request: Cannot cancel a Task with 'CANCELED' terminal status";
    expect([again.status, again.body.detail]).toEqual([400, cannotCancel]);
    const { body: events } = await cli(`GET tasks/${task.id}/events`);
    expect(events).toEqual({
      events: [
        {
          eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          taskId: task.id,
          ncaId: 'nca-acme-0001',
          message: "Changing status from 'QUEUED' to 'CANCELED'",
          createdAt: '2026-01-15T12:01:00.000Z',
        },
      ],
    });
    expect((await cli(`GET tasks/${task.id}/results`)).body).toEqual({ results: [] });

    expect((await cli(`DELETE tasks/${task.id}`)).status).toBe(204);
    expect((await cli(`GET tasks/${task.id}`)).status).toBe(404);
    expect((await cli(`DELETE tasks/${task.id}`)).status).toBe(404);
  });

  it('is cancelled by only one of several concurrent requests', async () => {
    const { cli, idOf } = await createWorld();
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await cli(`POST tasks/${idOf('waiting')}/cancel`)).status),
    );

    expect(statuses.sort()).toEqual([200, 400, 400, 400, 400]);
  });

  it('contains the names of its secrets, but never their values', async () => {
    const { server, cli, idOf } = await createWorld();
    const secrets = [secret('a', 'a-secret-value'), secret('b', { c: 'a-secret-value' })];
    expect((await cli(`PUT secrets/tasks/${idOf('train')}`, { secrets })).status).toBe(204);

    expect((await cli(`GET tasks/${idOf('train')}`)).body.task.secrets).toEqual(['NGC_API_KEY', 'a', 'b']);
    expect((await cli('GET tasks')).body.tasks[0]).not.toHaveProperty('secrets');
    expect(JSON.stringify((await server.call('GET /_mock/requests')).body)).not.toContain('a-secret-value');
  });

  it.each([
    [{ secrets: [] }, 'train', 'Missing secrets in the payload'],
    [{ secrets: [secret('a')] }, 'retired', 'Cannot update secrets for a Task that does not have any secrets'],
    [{ secrets: [secret('a')] }, 'evaluate', "Cannot update secrets for a Task with terminal status 'COMPLETED'"],
    [{ secrets: [secret('a'), secret('a', 'c')] }, 'train', 'Duplicate secrets keys in the payload'],
  ])('rejects the secrets %j for the task %s with 400', async (body, name, detail) => {
    const { cli, idOf } = await createWorld();
    const answer = await cli(`PUT secrets/tasks/${idOf(name)}`, body);

    expect([answer.status, answer.body.detail]).toEqual([400, `Task id '${idOf(name)}': ${detail}`]);
  });

  it('is stored without duplicates and unknown members, and with durations in the format of Java', async () => {
    const { cli } = await createWorld();
    const model = { name: 'base', version: '1', uri: '/v2/org/acme/models/base/1/files' };
    const telemetries = { logsTelemetryId: '5d4e2b90-5c1d-4f38-9b60-3d8e1f2a0001' };
    const order = {
      ...DEFINITION,
      gpuSpecification: { ...SPEC, backend: 'GFN', clusters: ['b', 'a', 'b'], later: true },
      models: [model, { uri: model.uri, name: 'base', version: '1', later: true }],
      resources: [model],
      tags: ['a', 'a'],
      telemetries,
      maxRuntimeDuration: 'pt90m',
      maxQueuedDuration: 'P1DT0.5S',
      later: true,
    };
    const { status, body } = await cli('POST tasks', order);
    expect(status).toBe(200);

    const stored = {
      ...DEFINITION,
      gpuSpecification: { ...SPEC, backend: 'GFN', clusters: ['b', 'a'] },
      models: [model],
      resources: [model],
      tags: ['a'],
      telemetries,
      maxRuntimeDuration: 'PT1H30M',
      maxQueuedDuration: 'PT24H0.5S',
      terminationGracePeriodDuration: 'PT1H',
    };
    expect(body.task).toMatchObject(stored);
    expect(body.task).not.toHaveProperty('later');
    expect(body.task.gpuSpecification).toEqual(stored.gpuSpecification);
    expect((await cli(`GET tasks/${body.task.id}`)).body).toEqual(body);
  });

  it('of a seed contains the reports of workers, the events up to its status, and its results', async () => {
    const instances = [{ instanceId: 'a', instanceState: 'RUNNING' }];
    const healthInfo = { gpu: 'L40', backend: 'a', error: 'out of memory' };
    const definition = { gpuSpecification: SPEC, helmChart: 'a', percentComplete: 7, healthInfo, instances };
    const file = join(await emptyFolder(), 'seed.json');
    const seed = { extends: 'builtin', nvct: { tasks: [{ ...SEEDED, definition, results: RESULTS }] } };
    await writeFile(file, JSON.stringify(seed));
    const server = await testServer({ seed: file });
    const as = (path: string) => server.call(`GET /v1/nvct/tasks${path}`, { token: castKey('nvct-cli').key });
    const { body } = await as(`/${SEEDED.id}`);
    expect(body.task).toMatchObject({ percentComplete: 7, healthInfo, instances, resultHandlingStrategy: 'UPLOAD' });
    expect(body.task).not.toHaveProperty('containerImage');

    const listed = (await as('')).body.tasks.at(-1);
    expect(listed).toEqual({ ...body.task, instances: undefined });
    expect((await as(`/${SEEDED.id}/events`)).body.events).toMatchObject([
      { message: "Changing status from 'QUEUED' to 'LAUNCHED'" },
      { message: "Changing status from 'LAUNCHED' to 'RUNNING'" },
      { message: "Changing status from 'RUNNING' to 'ERRORED'" },
    ]);
    const first = await as(`/${SEEDED.id}/results?limit=1`);
    expect(first.body).toEqual({
      results: [
        {
          resultId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          taskId: SEEDED.id,
          ncaId: 'nca-acme-0001',
          name: 'one',
          metadata: { loss: 0.1 },
          createdAt: '2026-01-15T12:00:00.000Z',
        },
      ],
      limit: 1,
      cursor: expect.any(String),
    });
    const second = await as(`/${SEEDED.id}/results?limit=1&cursor=${first.body.cursor}`);
    expect(second.body).toMatchObject({ results: [{ name: 'two', metadata: {} }] });
    expect(second.body).not.toHaveProperty('cursor');
  });

  it.each([
    [{ ...DEFINITION, containerImage: 'no image' }, /`containerImage`/],
    [{ ...DEFINITION, maxRuntimeDuration: '4h', name: 'no good!' }, /`maxRuntimeDuration`.* such as `PT12H30M`/],
    [{ ...DEFINITION, maxQueuedDuration: 'PT' }, /`maxQueuedDuration`/],
    ...['maxRuntimeDuration', 'maxQueuedDuration', 'terminationGracePeriodDuration'].map((field): [object, RegExp] => [
      { ...DEFINITION, [field]: 'PT99999999999999999999H' },
      new RegExp(`Field \`${field}\` is too large`),
    ]),
    [{ ...DEFINITION, resultHandlingStrategy: 'KEEP' }, /`resultHandlingStrategy`/],
  ])('is rejected with the name of the invalid field: %j', async (body, message) => {
    const { cli } = await createWorld();
    const answer = await cli('POST tasks', body);

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(message);
  });
});

describe('a task with members beyond their limits', () => {
  const violation = (field: string, rejected: string, message: string, object = 'createTaskRequest') =>
    `[object=${object}, field=${field}, rejected=${rejected}, message=${message}]`;
  const NAME = 'Invalid task name: Must conform to regex ^[a-z0-9A-Z][a-z0-9A-Z\\-_]*$';
  const LENGTH = 'Invalid task name: must be 1 - 128 characters long';
  const VARIABLE = 'Invalid environment key: Must conform to regex ^[a-z0-9A-Z][a-z0-9A-Z\\_]*$';
  const SECRET_NAME = 'Invalid secret name: Must conform to regex ^[a-z0-9A-Z][a-z0-9A-Z\\_\\.\\-]*$';
  const BLANK = 'must not be blank';
  const variable = (key: string, value: string) => ({ key, value });
  const long = 'a'.repeat(300);
  const truncated = `${'a'.repeat(256)}... (truncated for log/response, total length 300 chars)`;

  it.each<[body: object, ...violations: string[]]>([
    [{ name: 'no good!' }, violation('name', 'no good!', NAME)],
    [{ name: '-a' }, violation('name', '-a', NAME)],
    [{ name: long }, violation('name', truncated, LENGTH)],
    [{ name: '' }, violation('name', '', NAME), violation('name', '', LENGTH), violation('name', '', BLANK)],
    [{ gpuSpecification: undefined }, violation('gpuSpecification', 'null', 'must not be null')],
    [{ gpuSpecification: { gpu: 'L40' } }, violation('gpuSpecification.instanceType', 'null', BLANK)],
    [
      { gpuSpecification: { gpu: ' ', instanceType: null } },
      violation('gpuSpecification.gpu', ' ', BLANK),
      violation('gpuSpecification.instanceType', 'null', BLANK),
    ],
    [
      { gpuSpecification: { ...SPEC, helmValidationPolicy: { extraKubernetesTypes: [{ group: 'a', version: 'b' }] } } },
      violation('gpuSpecification.helmValidationPolicy.name', 'null', 'must not be null'),
      violation('gpuSpecification.helmValidationPolicy.extraKubernetesTypes[0].kind', 'null', BLANK),
    ],
    [
      { containerEnvironment: [variable('A_1', 'b'), variable('a-b', ' ')] },
      violation('containerEnvironment[1].key', 'a-b', VARIABLE),
      violation('containerEnvironment[1].value', ' ', BLANK),
    ],
    [{ models: [{ name: ' ', version: '1', uri: 'a' }] }, violation('models[].name', ' ', BLANK)],
    [{ resources: [{ name: 'a', version: '', uri: 'a' }] }, violation('resources[].version', '', BLANK)],
    [{ tags: ['good', 'no good'] }, violation('tags[]', 'no good', 'must match "[a-zA-Z0-9\\-_:=]+"')],
    [{ tags: [long] }, violation('tags[]', truncated, 'Maximum tag length of 128 is exceeded.')],
    [{ description: long }, violation('description', truncated, 'Maximum description length of 256 is exceeded.')],
    [{ telemetries: {} }, violation('telemetries', '{}', 'Invalid request: Issues with the telemetries')],
    [
      { secrets: [secret('no good', ' ')] },
      violation('secrets[].name', 'no good', SECRET_NAME),
      violation('secrets[].value', '(not shown)', 'Invalid secret value specified'),
    ],
    [
      { secrets: [secret('a', { b: 'c'.repeat(32768) })] },
      violation('secrets[].value', '(not shown)', 'Invalid secret value specified'),
    ],
  ])('is rejected with every violation: %j', async (change, ...violations) => {
    const { cli } = await createWorld();
    // Durations are validated only after the other members.
    const { status, body } = await cli('POST tasks', { ...DEFINITION, maxQueuedDuration: 'PT0S', ...change });

    expect([status, body.type ?? 'about:blank']).toEqual([400, 'about:blank']);
    expect(body.detail).toBe(`Validation failed: ${violations.join(' ')}`);
  });

  it('is rejected with more than 64 tags', async () => {
    const { cli } = await createWorld();
    const tags = Array.from({ length: 65 }, (_, index) => `t${index}`);

    expect((await cli('POST tasks', { ...DEFINITION, tags: tags.slice(1) })).status).toBe(200);
    const { body } = await cli('POST tasks', { ...DEFINITION, tags });
    expect(body.detail).toContain('message=Maximum number of tags of 64 is exceeded.]');
  });

  it('is not updated with secrets beyond their limits', async () => {
    const { cli, idOf } = await createWorld();
    const { body } = await cli(`PUT secrets/tasks/${idOf('train')}`, {
      secrets: [{ name: 'a'.repeat(49), value: 'b' }],
    });

    const text = 'Invalid secret name: must be 1 - 48 chars long';
    expect(body.detail).toBe(
      `Validation failed: ${violation('secrets[].name', 'a'.repeat(49), text, 'updateSecretsRequest')}`,
    );
  });
});

describe('a request to create a task', () => {
  const { gpuSpecification } = DEFINITION;
  const NO_CONTENT = { ...DEFINITION, containerImage: undefined };
  const GRACE = "'terminationGracePeriodDuration' cannot exceed 'maxRuntimeDuration'";
  const excludesChart = (member: string) => `Cannot specify both '${member}' and 'helmChart' properties in the payload`;

  it.each<[detail: string, body: object]>([
    ["'maxRuntimeDuration' cannot be of zero length", { ...DEFINITION, maxRuntimeDuration: 'PT0S' }],
    ["'terminationGracePeriodDuration' cannot be of zero length", { ...CHART, terminationGracePeriodDuration: 'P0D' }],
    ["'maxQueuedDuration' cannot be of zero length", { ...UPLOADED, secrets: [], maxQueuedDuration: 'PT1M-60S' }],
    [GRACE, { ...DEFINITION, maxRuntimeDuration: 'PT59M59.9S' }],
    [GRACE, { ...DEFINITION, maxRuntimeDuration: 'PT2H', terminationGracePeriodDuration: 'P1D' }],
    ["'maxRuntimeDuration' must be specified when launching Task on 'GFN'", { ...UPLOADED, secrets: [], ...GFN }],
    [
      "'maxRuntimeDuration' cannot exceed PT8H for launching Task on 'GFN'",
      { ...DEFINITION, maxRuntimeDuration: 'PT8H0.1S', ...GFN },
    ],
    ['Duplicate secrets keys in the payload', { ...UPLOADED, secrets: [secret('a'), secret('a', 'c')] }],
    ["Missing secrets with  default or UPLOAD 'resultHandlingStrategy'", { ...UPLOADED, secrets: [] }],
    ["Missing 'NGC_API_KEY' secret key in the payload", { ...UPLOADED, secrets: [secret('a')] }],
    ["Missing 'resultsLocation' property", { ...UPLOADED, resultsLocation: ' ' }],
    ...['acme', 'acme/', 'acme/team/', 'acme/team/model/', 'a/b/c/d'].map((resultsLocation): [string, object] => [
      "'resultsLocation' should have format '<org-name>/optional-team-name/<model-name>'",
      { ...UPLOADED, resultHandlingStrategy: 'UPLOAD', resultsLocation },
    ]),
    [
      'Container-based Task should have empty configuration field in GPU specification',
      { ...DEFINITION, gpuSpecification: { ...gpuSpecification, configuration: {} } },
    ],
    [
      'Container-based Task should have empty helmValidationPolicy field in GPU specification',
      { ...NO_CONTENT, gpuSpecification: { ...gpuSpecification, helmValidationPolicy: { name: 'Default' } } },
    ],
    ["One of the following properties 'containerImage' or 'helmChart' must be specified in the payload", NO_CONTENT],
    [excludesChart('containerImage'), { ...DEFINITION, ...CHART }],
    [excludesChart('containerArgs'), { ...CHART, containerArgs: '-a', containerEnvironment: [] }],
    [excludesChart('containerEnvironment'), { ...CHART, containerArgs: ' ', containerEnvironment: [] }],
  ])('is rejected (%#) with: Invalid request: %s', async (detail, body) => {
    const { cli } = await createWorld();
    const { status, body: problem } = await cli('POST tasks', body);

    const type = 'urn:nv-boot:problem-details:bad-request';
    expect([status, problem.type, problem.detail]).toEqual([400, type, `Invalid request: ${detail}`]);
  });

  it.each([
    UPLOADED,
    { ...UPLOADED, resultsLocation: 'acme/model', secrets: [...UPLOADED.secrets, ...UPLOADED.secrets] },
    { ...DEFINITION, maxRuntimeDuration: 'pt1h', maxQueuedDuration: 'P1DT0.5S' },
    { ...DEFINITION, maxRuntimeDuration: 'PT8H', ...GFN },
    {
      ...CHART,
      gpuSpecification: { ...gpuSpecification, configuration: {}, helmValidationPolicy: { name: 'Default' } },
    },
  ])('is accepted: %j', async (body) => {
    const { cli } = await createWorld();

    expect((await cli('POST tasks', body)).status).toBe(200);
  });
});

describe('a list', () => {
  it('contains only the tasks that the key covers', async () => {
    const { cli, observer, idOf } = await createWorld();
    const names = ({ body }: { body: { tasks: { name: string }[] } }) => body.tasks.map(({ name }) => name);

    expect(names(await cli('GET tasks'))).toEqual(['train', 'evaluate', 'waiting', 'retired']);
    expect(names(await cli('GET tasks?status=COMPLETED'))).toEqual(['evaluate', 'retired']);
    expect(names(await observer('GET tasks'))).toEqual(['train']);
    const taskIds = ['evaluate', 'private', 'train'].map(idOf);
    expect(names(await cli('POST tasks/bulk', { taskIds: [...taskIds, taskIds[0]] }))).toEqual(['evaluate', 'train']);
    expect((await observer('POST tasks/bulk', { taskIds })).body).toEqual({
      ncaId: 'nca-acme-0001',
      tasks: [{ id: taskIds[2], name: 'train', status: 'RUNNING' }],
    });
  });

  it('is paginated, even if tasks are deleted and added between two pages', async () => {
    const { cli } = await createWorld();
    const { body: first } = await cli('GET tasks?limit=2');
    expect(first).toMatchObject({ tasks: [{ name: 'train' }, { name: 'evaluate' }], limit: 2 });
    await cli(`DELETE tasks/${first.tasks[1].id}`);
    await cli('POST tasks', DEFINITION);
    const { body: second } = await cli(`GET tasks?limit=2&cursor=${first.cursor}`);
    expect(second.tasks).toMatchObject([{ name: 'waiting' }, { name: 'retired' }]);
    const { body: last } = await cli(`GET tasks?limit=2&cursor=${second.cursor}`);
    expect(last.tasks).toMatchObject([{ name: 'mine' }]);
    expect(last).not.toHaveProperty('cursor');
    expect(last).not.toHaveProperty('limit');
    for (const query of ['limit=0', 'limit=-1', 'limit=2147483648', 'limit=a', 'cursor=a', 'status=DONE']) {
      expect((await cli(`GET tasks?${query}`)).status, query).toBe(400);
    }
    expect((await cli('GET tasks?cursor=a')).body.detail).toBe("Invalid cursor: 'a'");
  });

  it('has ten tasks per page by default, or the number in `limit`', async () => {
    const { cli } = await createWorld();
    for (let more = 0; more < 7; more += 1) await cli('POST tasks', DEFINITION);
    const { body } = await cli('GET tasks');
    expect(body).toMatchObject({ limit: 10, cursor: expect.any(String) });
    expect(body.tasks).toHaveLength(10);
    expect((await cli(`GET tasks?cursor=${body.cursor}`)).body.tasks).toHaveLength(1);

    const { body: whole } = await cli('GET tasks?limit=2147483647');
    expect([whole.tasks.length, Object.keys(whole)]).toEqual([11, ['tasks']]);
  });
});

describe('a denied request', () => {
  const readFixes = async (server: TestServer, id: string) =>
    (await server.call(`GET /_mock/decisions/${id}`)).body.fixes as { kind: string; text: string }[];

  it('of a personal key suggests a service key', async () => {
    const { server, idOf } = await createWorld();
    const order = { type: 'personal', name: 'own', user: 'ada@acme.test', services: ['nvct'] };
    const { body } = await server.call('POST /_mock/keys', { body: { ...order, roles: ['Cloud Functions Admin'] } });
    const { status, decision } = await server.call(`GET /v1/nvct/tasks/${idOf('train')}`, { token: body.key });

    expect([status, decision.reason]).toEqual([403, 'missing_scope']);
    expect(await readFixes(server, decision.id)).toEqual([
      { kind: 'identity', text: expect.stringContaining('use a service key for Cloud Tasks') },
    ]);
  });

  it('for the secrets of a task in another account suggests only another task', async () => {
    const { server, idOf } = await createWorld();
    const order = { type: 'service', name: 'a', services: ['nvct'], scopes: ['update_secrets'] };
    for (const resource of [{ type: 'Task', ids: [idOf('train')] }, { type: 'All Functions' }]) {
      const { body } = await server.call('POST /_mock/keys', { body: { ...order, resource } });
      const path = `/v1/nvct/secrets/tasks/${idOf('private')}`;
      const secrets = [secret('a')];
      const { status, decision } = await server.call(`PUT ${path}`, { token: body.key, body: { secrets } });

      expect(status).toBe(403);
      expect(await readFixes(server, decision.id)).toEqual([
        { kind: 'object', text: expect.stringMatching(/^use a task /) },
      ]);
    }
  });
});

it("an administrator's token has a single scope for tasks, `update_secrets`, which functions also use", async () => {
  const { server, idOf } = await createWorld('open-source');
  const { body } = await server.call('POST /v1/admin/keys');
  const secrets = [secret('a')];
  const put = await server.call(`PUT /v1/nvct/secrets/tasks/${idOf('train')}`, {
    token: body.value,
    body: { secrets },
  });
  expect(put.status).toBe(204);
  const { status, decision } = await server.call('GET /v1/nvct/tasks', { token: body.value });

  expect([status, decision]).toEqual([403, expect.objectContaining({ missing: ['list_tasks'] })]);
});

it.each([
  ['open-source', 'Authorization failed'],
  ['documented', 'Access Denied'],
] as const)('a key for Cloud Functions is rejected in the %s profile with: %s', async (nvcf, detail) => {
  const { server } = await createWorld(nvcf);
  const { body: cast } = await server.call('GET /_mock/cast');
  const { key } = cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-cli');

  expect(await server.call('GET /v1/nvct/tasks', { token: key })).toMatchObject({
    status: 403,
    body: { detail },
    decision: { reason: 'service_not_enabled' },
  });
});

describe('a resource that is not valid for tasks', () => {
  const order = { type: 'service', name: 'a', services: ['nvct'], scopes: ['task_details'] };
  const TRAIN = castTask('train');

  it.each([
    [{ type: 'Task', ids: ['abc'] }, /`abc`, but `Task` needs ids of the form `<taskId>`, with UUIDs/],
    [{ type: 'Task' }, /`resource\.ids` is missing/],
  ])('is rejected when a key is created, and allows nothing if forced: %j', async (resource, message) => {
    const { server } = await createWorld();
    const refused = await server.call('POST /_mock/keys', { body: { ...order, resource } });
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringMatching(message)]);
    const { body } = await server.call('POST /_mock/keys', { body: { ...order, resource, force: true } });
    const { status, body: problem } = await server.call(`GET /v1/nvct/tasks/${TRAIN}`, { token: body.key });

    expect([status, problem.detail]).toEqual([403, 'Insufficient resource access for task details']);
  });

  it('is ignored in a key of the key service, and the fix preserves unknown scopes', async () => {
    const { server } = await createWorld('open-source');
    const createKeyWith = async (...resources: object[]) => {
      const policy = { aud: TASKS, scopes: ['task_details', 'of-a-later-version'], resources };
      const order = { authorizations: { policies: [policy] } };
      return (await createKey(server, order, asOwner('svc@nvct-api.local', TASKS))).body.value;
    };
    const get = async (token: string) => server.call(`GET /v1/nvct/tasks/${TRAIN}`, { token });
    const foreign = [
      { type: 'later', id: '*' },
      { type: 'task', id: '*' },
      { type: 'account-tasks', id: 'abc' },
    ];
    expect((await get(await createKeyWith(...foreign, { type: 'account-tasks', id: '*' }))).status).toBe(200);
    const key = await createKeyWith(...foreign);
    const { status, decision } = await get(key);
    expect(status).toBe(403);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
    const { method, path, body: sent } = body.fixes[0].request;
    expect((await server.call(`${method} ${path}`, { body: sent })).status).toBe(200);

    expect((await get(key)).status).toBe(200);
    const unknown = { scopes: ['task_details', 'of-a-later-version', 'of-nobody'] };
    const edited = await server.call(`${method} ${path}`, { body: unknown });
    expect([edited.status, edited.body.detail]).toEqual([400, expect.stringContaining('`of-nobody`')]);
  });
});

it('a key for both services has `update_secrets` only for its resources', async () => {
  const { server, idOf } = await createWorld();
  const order = { type: 'service', name: 'both', services: ['nvcf', 'nvct'], scopes: ['update_secrets'] };
  const { body } = await server.call('POST /_mock/keys', { body: { ...order, resource: { type: 'All Tasks' } } });
  const secrets = [secret('a')];
  const put = (path: string) => server.call(`PUT ${path}`, { token: body.key, body: { secrets } });

  expect((await put(`/v1/nvct/secrets/tasks/${idOf('train')}`)).status).toBe(204);
  const refused = await put(FUNCTION_SECRETS);
  expect([refused.status, refused.decision.reason]).toEqual([403, 'incompatible_resource_type']);
  const { body: explained } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);
  const [{ request }] = explained.fixes;
  expect((await server.call(`${request.method} ${request.path}`, { body: request.body })).status).toBe(200);
  expect((await put(FUNCTION_SECRETS)).decision.effect).toBe('allow');
  expect((await put(`/v1/nvct/secrets/tasks/${idOf('train')}`)).status).toBe(204);
});
