/** What the switchboard tells of the server. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, cast, researcher } from '../../support/cast.ts';
import { castFunction, ngcCast } from '../../support/ngc-cast.ts';
import { START, testServer } from '../../support/server.ts';

const server = await testServer();

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

it.each(['/_mock', '/_mock/'])('GET %s lists every call of the switchboard', async (path) => {
  const { status, body } = await server.call(`GET ${path}`);
  const { paths } = (await server.call('GET /openapi/control.json')).body;
  const documented = Object.entries<object>(paths).flatMap(([where, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${where}`),
  );

  expect(status).toBe(200);
  expect(body.calls.map((call: { method: string; path: string }) => `${call.method} ${call.path}`)).toEqual(documented);
  expect(body.calls).toContainEqual({
    method: 'GET',
    path: '/_mock/health',
    summary: paths['/_mock/health'].get.summary,
  });
});

it('GET /_mock/health says that the server is ready', async () => {
  const { status, body } = await server.call('GET /_mock/health');

  expect(status).toBe(200);
  expect(body).toEqual({ status: 'ready' });
});

it('GET /_mock/info tells version, configuration with its origins, services and counts', async () => {
  const configured = await testServer({ tokenTtl: { ...DEFAULT_TOKEN_LIFETIMES, access: 60_000 }, alias: ['mock'] });
  const { body } = await configured.call('GET /_mock/info');
  const countOf = async (service: string): Promise<number> =>
    (await configured.call(`GET /_mock/tables/${service}`)).body.operations.length;

  expect(body).toMatchObject({
    name: 'nv-auth-mock',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    configuration: {
      'token-ttl': { value: 'access=PT1M,refresh=PT24H,code=PT1M', origin: 'flag' },
      alias: { value: ['mock'], origin: 'flag' },
      port: { value: 6625, origin: 'default' },
    },
    services: expect.arrayContaining([
      {
        name: 'runai',
        title: 'NVIDIA Run:ai',
        hosts: ['*.run.ai'],
        profile: '2.24',
        operations: await countOf('runai'),
      },
      expect.objectContaining({
        name: 'ngc',
        hosts: ['api.ngc.nvidia.com', 'api.stg.ngc.nvidia.com', 'authn.nvidia.com'],
        profile: null,
      }),
      {
        ...{ name: 'air', title: 'NVIDIA Air', profile: '2.0', operations: await countOf('air') },
        hosts: ['api.air-ngc.nvidia.com', 'api.dsx-air.nvidia.com'],
      },
      expect.objectContaining({
        ...{ name: 'nvcf', profile: 'documented' },
        hosts: [
          'api.nvcf.nvidia.com',
          ...['llm.invocation.api.nvcf.nvidia.com', '*.invocation.api.nvcf.nvidia.com'],
          ...['llm.invocation.nvcf.nvidia.com', '*.invocation.nvcf.nvidia.com'],
        ],
      }),
    ]),
    counts: {
      users: 3,
      applications: 3,
      serviceAccounts: 3,
      accessKeys: 8,
      refreshTokens: 0,
      organizations: ngcCast.organizations.length,
      ngcKeys: ngcCast.keys.length,
      objects: expect.any(Number),
    },
  });
});

it('GET /_mock/cast shows the identities with everything needed to use them', async () => {
  const { body } = await server.call('GET /_mock/cast');

  const bearer = expect.stringMatching(/^eyJ/);
  expect(body.runai.users).toEqual(cast.users.map(({ passwordHash: _, ...user }) => ({ ...user, bearer })));
  expect(body.runai.applications).toEqual(cast.applications.map((one) => ({ ...one, bearer })));
  expect(body.runai.serviceAccounts).toEqual(cast.serviceAccounts.map((one) => ({ ...one, bearer })));
  expect(body.runai.tenant).toEqual(cast.tenant);
  expect(body.runai.clients).toHaveLength(4);
});

describe('a reset', () => {
  it('brings the world back to its seed', async () => {
    const token = await server.tokenOf(researcher);
    await server.call('POST /api/v1/access-keys', { token, body: { name: 'mine' } });
    await server.call(`POST /api/v1/access-keys/${researcher.accessKey.id}/secret`, { token });
    const login = await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
    await server.call('GET /api/v1/access-keys?unknown=1', { token });
    await server.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    const reset = await server.call('POST /_mock/reset');

    expect(reset.body).toEqual({ status: 'reset', now: new Date(START).toISOString() });
    expect((await server.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await server.call('GET /_mock/findings')).body.findings).toEqual([]);
    const again = await server.tokenOf(researcher);
    const { accessKeys } = (await server.call('GET /api/v1/access-keys', { token: again })).body;
    expect(accessKeys.map(({ name }: { name: string }) => name)).not.toContain('mine');
    const { refreshToken } = login.body;
    const refresh = await server.grant({ grantType: 'refresh_token', refreshToken });
    expect(refresh.decision.reason).toBe('unknown_refresh_token');
  });

  it('needs no body, and takes an empty JSON one', async () => {
    expect((await server.call('POST /_mock/reset')).status).toBe(200);
    expect((await server.call('POST /_mock/reset', { body: {} })).status).toBe(200);
  });
});

describe('decisions', () => {
  const lookAround = async () => {
    const token = await server.tokenOf(researcher);
    await server.call('GET /api/v1/access-keys', { token });
    await server.call('GET /api/v1/administration/access-keys', { token });
    await server.call('GET /api/v1/access-keys', { token: await server.tokenOf(admin) });
    await server.call('GET /api/v1/access-keys');
  };
  const decisions = async (query = '') => (await server.call(`GET /_mock/decisions${query}`)).body.decisions;

  it('are listed newest first', async () => {
    await lookAround();

    expect((await decisions()).map(({ reason }: { reason: string | null }) => reason)).toEqual([
      'no_token',
      null,
      'missing_permission',
      null,
    ]);
  });

  it.each([
    ['?effect=deny', 2],
    ['?effect=allow', 2],
    [`?principal=${encodeURIComponent(researcher.email)}`, 2],
    [`?principal=${researcher.id}`, 2],
    [`?principal=${admin.accessKey.clientId}`, 1],
    ['?operation=get_access_keys', 3],
    ['?operation=get_access_keys&effect=deny', 1],
    ['?limit=1', 1],
    ['?principal=nobody', 0],
  ])('are narrowed by %s', async (query, count) => {
    await lookAround();

    expect(await decisions(query)).toHaveLength(count);
  });

  it.each(['?effect=maybe', '?limit=0', '?limit=many'])('are not narrowed by %s', async (query) => {
    const answer = await server.call(`GET /_mock/decisions${query}`);

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/^Query parameter `(effect|limit)`/);
  });

  it('are found by their id, and one that is not there is a problem', async () => {
    const { decision } = await server.call('GET /api/v1/access-keys');
    const found = await server.call(`GET /_mock/decisions/${decision.id}`);
    const missing = await server.call('GET /_mock/decisions/nothing');

    expect(found.body).toMatchObject({ id: decision.id, at: new Date(START).toISOString(), effect: 'deny' });
    expect(missing.status).toBe(404);
    expect(missing.headers['content-type']).toContain('application/problem+json');
  });

  it('stand beside every protected answer, and nowhere with --explain off', async () => {
    const quiet = await testServer({ explain: false });
    const token = await quiet.tokenOf(researcher);

    expect((await quiet.call('GET /api/v1/access-keys', { token })).decision).toBeNull();
    expect((await quiet.call('GET /api/v1/access-keys')).decision).toBeNull();
    expect((await quiet.call('GET /_mock/decisions')).body.decisions).toHaveLength(2);
  });
});

describe('of versions that do not count yet, a refusal', () => {
  const [echo] = castFunction('echo');
  const [slow] = castFunction('slow');
  const readEcho = `GET /v2/nvcf/functions/${echo?.functionId}/versions/${echo?.versionId}`;
  /** A key without the scope of reading, and an edit that adds it and counts later. */
  const refusedWhile = async (functionId: string | undefined) => {
    const resource = { type: 'Function', ids: [functionId] };
    const order = { type: 'service', name: 'reader', services: ['nvcf'], scopes: ['queue_details'], resource };
    await server.call('PUT /_mock/propagation', { body: { mode: 'fixed' } });
    const { id, key } = (await server.call('POST /_mock/keys', { body: order })).body;
    await server.call(`PATCH /_mock/keys/${id}`, { body: { scopes: ['queue_details', 'list_functions'] } });
    return server.call(readEcho, { token: key });
  };

  it('tells the first that will turn it', async () => {
    const { status, decision } = await refusedWhile(echo?.functionId);

    expect(status).toBe(403);
    expect(decision).toMatchObject({ reason: 'missing_scope', pending: { version: 2, effect: 'allow' } });
  });

  it('tells none that adds the scope and does not name the object', async () => {
    const { status, decision } = await refusedWhile(slow?.functionId);

    expect(status).toBe(403);
    expect(decision).toMatchObject({ reason: 'missing_scope' });
    expect(decision).not.toHaveProperty('pending');
  });
});

it('GET /_mock/findings tells of parameters that were ignored', async () => {
  const token = await server.tokenOf(researcher);
  const answer = await server.call('GET /api/v1/access-keys?limit=5', { token });
  const { body } = await server.call('GET /_mock/findings');

  expect(answer.status).toBe(200);
  expect(body.findings).toEqual([
    expect.objectContaining({ kind: 'undocumented_query', message: expect.stringContaining('`limit`'), count: 1 }),
  ]);
});

describe('GET /_mock/tables/{service}', () => {
  it('shows the law with source and certainty', async () => {
    const { body } = await server.call('GET /_mock/tables/runai');
    const { body: document } = await server.call('GET /openapi/runai.json');
    const items: object[] = Object.values(document.paths);
    const documented = items.flatMap((item) => Object.values(item).map(({ operationId }) => operationId)).sort();

    expect(body).toMatchObject({ service: 'runai', profile: '2.24', term: 'permission' });
    expect(body.rules).toContainEqual(
      expect.objectContaining({
        id: 'list-all-access-keys',
        needs: { all: ['access-keys:read'] },
        certainty: 'inferred',
      }),
    );
    expect(body.operations.map(({ id }: { id: string }) => id).sort()).toEqual(documented);
    expect(body.more.grantTypes).toContainEqual(expect.objectContaining({ grantType: 'app_token', endpoint: 'v1' }));
  });

  it('names the services there are when it is asked for another', async () => {
    const answer = await server.call('GET /_mock/tables/azure');

    expect(answer.status).toBe(404);
    expect(answer.body.detail).toContain('runai');
  });
});
