/** The control API: information about the server, reset, decisions and tables. */

import { beforeEach, describe, expect, it } from 'vitest';
import { ALL_REASONS } from '../../../src/services/index.ts';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { admin, cast, researcher } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { START, testServer } from '../../support/server.ts';

const server = await testServer();

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

it.each(['/_mock', '/_mock/'])('GET %s lists every call of the control API', async (path) => {
  const { status, body } = await server.call(`GET ${path}`);
  const { paths } = (await server.call('GET /openapi/control.json')).body;
  const documented = Object.entries<object>(paths).flatMap(([template, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${template}`),
  );

  expect(status).toBe(200);
  expect(body.calls.map((call: { method: string; path: string }) => `${call.method} ${call.path}`)).toEqual(documented);
  expect(body.calls).toContainEqual({
    method: 'GET',
    path: '/_mock/health',
    summary: paths['/_mock/health'].get.summary,
  });
});

it('GET /_mock/info contains version, configuration with its origins, services and counts', async () => {
  const configured = await testServer({
    tokenLifetime: { ...DEFAULT_TOKEN_LIFETIMES, access: 60_000 },
    alias: ['mock'],
  });
  const { body } = await configured.call('GET /_mock/info');
  const countOperations = async (service: string): Promise<number> =>
    (await configured.call(`GET /_mock/tables/${service}`)).body.operations.length;

  expect(body).toMatchObject({
    name: 'nv-auth-mock',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    configuration: {
      'token-lifetime': { value: 'access=PT1M,refresh=PT24H,code=PT1M', origin: 'flag' },
      alias: { value: ['mock'], origin: 'flag' },
      port: { value: 6625, origin: 'default' },
    },
    services: expect.arrayContaining([
      {
        name: 'runai',
        title: 'NVIDIA Run:ai',
        hosts: ['*.run.ai'],
        profile: '2.24',
        operations: await countOperations('runai'),
      },
      expect.objectContaining({
        name: 'ngc',
        hosts: ['api.ngc.nvidia.com', 'api.stg.ngc.nvidia.com', 'authn.nvidia.com'],
        profile: null,
      }),
      {
        name: 'air',
        title: 'NVIDIA Air',
        profile: '2.0',
        operations: await countOperations('air'),
        hosts: ['api.air-ngc.nvidia.com', 'api.dsx-air.nvidia.com'],
      },
      expect.objectContaining({
        name: 'nvcf',
        profile: 'documented',
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

it('GET /_mock/cast contains the identities with their credentials', async () => {
  const { body } = await server.call('GET /_mock/cast');

  const bearer = expect.stringMatching(/^eyJ/);
  expect(body.runai.users).toEqual(cast.users.map(({ passwordHash: _, ...user }) => ({ ...user, bearer })));
  expect(body.runai.applications).toEqual(cast.applications.map((listed) => ({ ...listed, bearer })));
  expect(body.runai.serviceAccounts).toEqual(cast.serviceAccounts.map((listed) => ({ ...listed, bearer })));
  expect(body.runai.tenant).toEqual(cast.tenant);
  expect(body.runai.clients).toHaveLength(4);
});

describe('a reset', () => {
  it('restores the seed of the world', async () => {
    const token = await server.tokenOf(researcher);
    await server.call('POST /api/v1/access-keys', { token, body: { name: 'mine' } });
    await server.call(`POST /api/v1/access-keys/${researcher.accessKey.id}/secret`, { token });
    const login = await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
    await server.call('GET /api/v1/access-keys?unknown=1', { token });
    await server.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    const reset = await server.call('POST /_mock/reset');

    expect(reset.body).toEqual({ status: 'reset', now: new Date(START).toISOString() });
    expect((await server.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect(await listHints(server)).toEqual([]);
    const newToken = await server.tokenOf(researcher);
    const { accessKeys } = (await server.call('GET /api/v1/access-keys', { token: newToken })).body;
    expect(accessKeys.map(({ name }: { name: string }) => name)).not.toContain('mine');
    const { refreshToken } = login.body;
    const refresh = await server.grant({ grantType: 'refresh_token', refreshToken });
    expect(refresh.decision.reason).toBe('unknown_refresh_token');
  });
});

describe('decisions', () => {
  const sendRequests = async () => {
    const token = await server.tokenOf(researcher);
    await server.call('GET /api/v1/access-keys', { token });
    await server.call('GET /api/v1/administration/access-keys', { token });
    await server.call('GET /api/v1/access-keys', { token: await server.tokenOf(admin) });
    await server.call('GET /api/v1/access-keys');
  };
  const listDecisions = async (query = '') => (await server.call(`GET /_mock/decisions${query}`)).body.decisions;

  it.each([
    ['?effect=deny', 2],
    ['?operation=get_access_keys&effect=deny', 1],
  ])('are filtered by %s', async (query, expected) => {
    await sendRequests();

    expect(await listDecisions(query)).toHaveLength(expected);
  });

  it('are read by id, and an unknown id returns 404', async () => {
    const { decision } = await server.call('GET /api/v1/access-keys');
    const known = await server.call(`GET /_mock/decisions/${decision.id}`);
    const unknown = await server.call('GET /_mock/decisions/nothing');

    expect(known.body).toMatchObject({ id: decision.id, at: new Date(START).toISOString(), effect: 'deny' });
    expect(unknown.status).toBe(404);
    expect(unknown.headers['content-type']).toContain('application/problem+json');
  });

  it('are recorded but not sent in a header with `--explain off`', async () => {
    const quiet = await testServer({ explain: false });
    const token = await quiet.tokenOf(researcher);

    expect((await quiet.call('GET /api/v1/access-keys', { token })).decision).toBeNull();
    expect((await quiet.call('GET /api/v1/access-keys')).decision).toBeNull();
    expect((await quiet.call('GET /_mock/decisions')).body.decisions).toHaveLength(2);
  });
});

describe('GET /_mock/tables/{service}', () => {
  it('contains the rules with source and certainty', async () => {
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

  it('contains every reason of a refusal', async () => {
    const { clientId } = admin.accessKey;
    const body = { grantType: 'client_credentials', clientId, clientSecret: 'wrong' };
    await server.call('POST /api/v1/token', { body });
    const token = await server.tokenOf(researcher);
    await server.call('GET /api/v1/access-keys', { token: `${token.slice(0, -9)}AAAAAAAAA` });
    await server.call('GET /api/v1/administration/access-keys', { token });
    await server.call('GET /api/v3/simulations/');
    await server.call('GET /api/v3/simulations/', { token });
    await server.call('GET /v2/nvcf/functions', { token: 'nvapi-short' });
    await server.call('POST /v2/nvcf/functions', { token: castKey('nvcf-deployer').key, body: {} });
    await server.call('GET /v1/nvct/tasks', { token: castKey('nvcf-deployer').key });
    await server.call('POST /integrate/v1/chat/completions', {
      token: castKey('owner').key,
      body: { model: 'nobody/nothing' },
    });
    await server.call('GET /token', { token: castKey('owner').key });
    const { decisions } = (await server.call('GET /_mock/decisions?effect=deny')).body;
    const refusals: { service: string; reason: string }[] = decisions;

    expect(refusals.map(({ service, reason }) => `${service}: ${reason}`)).toEqual([
      'ngc: key_as_session',
      'catalogue: unknown_model',
      'nvct: service_not_enabled',
      'nvcf: missing_scope',
      'nvcf: malformed_key',
      'air: unsupported_token',
      'air: no_token',
      'runai: missing_permission',
      'runai: bad_signature',
      'runai: wrong_secret',
    ]);
    for (const { service, reason } of refusals) {
      const { reasons } = (await server.call(`GET /_mock/tables/${service}`)).body;
      const rows = reasons.filter((row: { reason: string }) => row.reason === reason);
      expect(rows, `${service}: ${reason}`).toHaveLength(1);
    }
  });

  it('contains each reason in at least one service, and none that only other services have', async () => {
    const readReasons = async (service: string): Promise<string[]> => {
      const { body } = await server.call(`GET /_mock/tables/${service}`);
      return body.reasons.map(({ reason }: { reason: string }) => reason);
    };
    const services = ['runai', 'air', 'nvcf', 'nvct', 'catalogue', 'ngc'];
    const reasons = await Promise.all(services.map(readReasons));

    expect(new Set(reasons.flat())).toEqual(new Set(Object.keys(ALL_REASONS)));
    const reasonsOfAir = await readReasons('air');
    expect(reasonsOfAir).toContain('unknown_key');
    for (const reason of ['wrong_secret', 'unknown_model', 'key_as_session'])
      expect(reasonsOfAir).not.toContain(reason);
  });
});
