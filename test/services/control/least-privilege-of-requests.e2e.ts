/** The smallest key that allows a list of requests. */
import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { readDocument } from '../../support/documents.ts';
import { castFunction } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const server = await testServer();
const [echo] = castFunction('echo');
const FUNCTION = echo?.functionId ?? '';
const VERSION = echo?.versionId ?? '';
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const NEW_FUNCTION = { name: 'f', inferenceUrl: '/', containerImage: 'nvcr.io/acme/f:1' };

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const postRequests = (requests: unknown, on: TestServer = server) =>
  on.call('POST /_mock/least-privilege', { body: { requests } });
const findKeys = async (requests: readonly object[], on?: TestServer) => {
  const { status, body } = await postRequests(requests, on);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.keys;
};
const findKey = async (...requests: readonly object[]) => {
  const keys = await findKeys(requests);
  expect(keys).toHaveLength(1);
  return keys[0];
};
const buildGet = (path: string): Request => ({ method: 'GET', path });
const buildPost = (path: string, body?: unknown): Request => ({
  method: 'POST',
  path,
  ...(body !== undefined && { body }),
});

describe('the smallest key for requests', () => {
  it('has their scopes and resource, and the operations that need them', async () => {
    const key = await findKey(
      buildGet('/v2/nvcf/functions'),
      buildPost('/v2/nvcf/functions'),
      buildGet('/v2/nvcf/functions'),
    );

    expect(key).toMatchObject({
      kind: 'service-key',
      services: ['nvcf'],
      smallest: {
        services: ['nvcf'],
        scopes: ['list_functions', 'register_function'],
        resource: { type: 'All Functions' },
      },
      beyond: [],
    });
    expect(key.used).toEqual([
      {
        service: 'nvcf',
        operation: 'listFunctions',
        grants: ['list_functions'],
        example: buildGet('/v2/nvcf/functions'),
      },
      {
        service: 'nvcf',
        operation: 'createFunction',
        grants: ['register_function'],
        example: buildPost('/v2/nvcf/functions'),
      },
    ]);
  });

  it('covers all services with NGC keys, and Run:ai needs an application', async () => {
    const keys = await findKeys([
      buildGet('/v2/nvcf/functions'),
      buildGet('/api/v3/simulations/'),
      buildGet('/api/v1/users'),
    ]);

    expect(keys).toMatchObject([
      { kind: 'application', services: ['runai'] },
      {
        kind: 'service-key',
        services: ['nvcf', 'air'],
        smallest: { scopes: ['list_functions', 'air:access', 'air:simulation_read'] },
      },
    ]);
  });

  it('is bound to the function in the path or body, even if this world does not have it', async () => {
    const readResource = async (request: object) => (await findKey(request)).smallest.resource;
    const buildInvocation = (id: string) => buildPost(`/v2/nvcf/pexec/functions/${id}`);

    expect(await readResource(buildInvocation(FUNCTION))).toEqual({ type: 'Function', ids: [FUNCTION] });
    expect(await readResource(buildInvocation(UNKNOWN_ID))).toEqual({ type: 'Function', ids: [UNKNOWN_ID] });
    expect(await readResource(buildInvocation('$FUNCTION_ID'))).toEqual({ type: 'All Functions' });
    const chat = { model: `${FUNCTION}/m`, messages: [{ role: 'user', content: 'hello' }] };
    expect(await readResource(buildPost('/llm/v1/chat/completions', chat))).toEqual({
      type: 'Function',
      ids: [FUNCTION],
    });
    expect(await readResource(buildPost('/llm/v1/chat/completions', 7))).toEqual({ type: 'All Functions' });
    expect(await readResource(buildGet('/v1/nvct/tasks'))).toEqual({ type: 'All Tasks' });
    expect(await readResource(buildGet(`/v1/nvct/tasks/${UNKNOWN_ID}`))).toEqual({ type: 'Task', ids: [UNKNOWN_ID] });
  });

  it('is personal if a service key is not enough, and there are two keys if one is not enough', async () => {
    const createKey = buildPost('/v3/orgs/acme/keys/type/SERVICE_KEY');

    expect(await findKeys([createKey, buildGet('/v2/nvcf/functions')])).toMatchObject([
      { kind: 'personal-key', smallest: { roles: ['ORG_OWNER', 'Cloud Functions User'] }, beyond: [] },
    ]);
    expect(await findKeys([createKey, buildPost('/v1/nvct/tasks')])).toMatchObject([
      { kind: 'service-key', smallest: { scopes: ['launch_task'] }, beyond: [] },
      { kind: 'personal-key', smallest: { roles: ['ORG_OWNER'] }, beyond: [] },
    ]);
  });

  it('lists requests that no key is allowed', async () => {
    const selfHosted = await testServer({ nvcf: 'open-source' });
    const [key] = await findKeys([buildGet('/v2/nvcf/clusterGroups'), buildGet('/v2/nvcf/functions')], selfHosted);

    expect(key).toMatchObject({ kind: 'service-key', smallest: { scopes: ['list_functions'] } });
    expect(key.beyond).toHaveLength(1);
  });

  it('is not needed for public operations', async () => {
    const { body } = await postRequests([buildPost('/api/v1/token'), buildPost('/api/v1/token', {})]);

    expect(body).toEqual({
      keys: [],
      free: [{ service: 'runai', operation: 'grant_token', ...buildPost('/api/v1/token') }],
    });
  });
});

describe('a request can have a URL of production:', () => {
  const readOperation = async (method: string, url: string, service?: string) => {
    const key = await findKey({ method, url, ...(service !== undefined && { service }) });
    return [key.used[0].service, key.used[0].operation];
  };

  it.each([
    ['GET', 'https://api.nvcf.nvidia.com/v2/nvcf/functions?visibility=private', 'nvcf', 'listFunctions'],
    ['GET', 'http://user:secret@127.0.0.1:6625/w/mine/v2/nvcf/functions', 'nvcf', 'listFunctions'],
    ['HEAD', 'https://proxy.example/v2/nvcf/functions#top', 'nvcf', 'listFunctions'],
    ['POST', `https://${UNKNOWN_ID}.invocation.api.nvcf.nvidia.com/predict`, 'nvcf', 'invokeAtOwnHost'],
    ['POST', 'https://integrate.api.nvidia.com/v1/chat/completions', 'catalogue', 'createChatCompletion'],
    ['POST', 'https://llm.invocation.api.nvcf.nvidia.com/v1/chat/completions', 'nvcf', 'createChatCompletion'],
    ['POST', 'https://api.nvcf.nvidia.com/v1/chat/completions', 'nvcf', 'createChatCompletion'],
    ['GET', 'https://acme.run.ai/api/v1/users', 'runai', 'get_users'],
  ])('%s %s', async (method, url, service, operation) => {
    expect(await readOperation(method, url)).toEqual([service, operation]);
  });

  it('`service` selects between services with the same path', async () => {
    const url = 'http://localhost/v1/chat/completions';

    expect(await readOperation('POST', url, 'nvcf')).toEqual(['nvcf', 'createChatCompletion']);
    expect(await readOperation('POST', url, 'catalogue')).toEqual(['catalogue', 'createChatCompletion']);
  });
});

it.each<[request: object, detail: string]>([
  [
    buildPost('/v1/chat/completions'),
    'Field `requests[1]`: `POST /v1/chat/completions` belongs to several services: `nvcf`, `catalogue`. Add `"service"`.',
  ],
  [
    buildGet('/v2/nvcf/functionz'),
    'Field `requests[1].path`: no operation has the path `/v2/nvcf/functionz`. Did you mean `/v2/nvcf/functions`?',
  ],
  [
    { method: 'GET', url: 'https://api.nvcf.nvidia.com/v2/nvcf/functionz' },
    'Field `requests[1].url`: no operation has the path `/v2/nvcf/functionz`. Did you mean `/v2/nvcf/functions`?',
  ],
  [
    { method: 'DELETE', path: '/v2/nvcf/functions' },
    'Field `requests[1].method`: `/v2/nvcf/functions` has no DELETE; it has GET, HEAD, POST.',
  ],
  [
    { ...buildGet('/v2/nvcf/functions'), service: 'air' },
    'Field `requests[1].service`: `GET /v2/nvcf/functions` belongs to `nvcf`, not to `air`.',
  ],
  [
    { ...buildGet('/v2/nvcf/functions'), service: 'nvfc' },
    'Field `requests[1].service` names an unknown service. Did you mean `nvcf`? Expected one of `nvcf`, `runai`, `air`, `nvct`, `catalogue`, `ngc`.',
  ],
  [{ method: 'GET' }, 'Field `requests[1]` must have either `url` or `path`.'],
  [{ ...buildGet('/'), url: 'http://a/' }, 'Field `requests[1]` must have either `url` or `path`.'],
  [
    { method: 'GET', url: 'http://' },
    'Field `requests[1].url` is not a URL. Expected a URL such as `https://host/path`.',
  ],
  [buildGet('/v2/%zz'), 'Field `requests[1].path` is not valid percent-encoding. Encode a literal `%` as `%25`.'],
  [
    buildGet('/_mock/cast'),
    'Field `requests[1].path`: the control API has no rules; any caller that can reach it may call it.',
  ],
])('%j is rejected with its position: %s', async (request, detail) => {
  const answer = await postRequests([buildGet('/v2/nvcf/functions'), request]);

  expect([answer.status, answer.body.detail]).toEqual([400, detail]);
});

it.each<[seed: unknown, detail: unknown]>([
  ['none', 'This world has no organisation for the key. Use a seed that has one.'],
  [
    { ngc: { org: 'acme', ncaId: 'nca-1', organizations: [{ name: 'acme', ncaId: 'nca-1', airSubscription: false }] } },
    'NVIDIA Air refuses every new key, because the first organisation of this world has no subscription. Use a seed in which it has one.',
  ],
])('a world in which no new key is allowed returns 400: %j', async (seed, detail) => {
  const { status, body: world } = await server.call('POST /_mock/worlds', { body: { seed } });
  expect(status, JSON.stringify(world)).toBe(201);
  const body = { requests: [buildGet('/api/v3/simulations/')] };
  const answer = await server.call(`POST /w/${world.id}/_mock/least-privilege`, { body });

  expect([answer.status, answer.body.detail]).toEqual([400, detail]);
});

describe('the request that creates the key', () => {
  const send = (request: Request, token: string) =>
    server.call(`${request.method} ${request.path}`, {
      token,
      ...(request.body !== undefined && { body: request.body }),
    });

  it.each<[name: string, requests: readonly [Request, ...Request[]]]>([
    ['NVCF', [buildGet('/v2/nvcf/functions'), buildPost('/v2/nvcf/functions', NEW_FUNCTION)]],
    [
      'a single function',
      [buildPost(`/v2/nvcf/pexec/functions/${FUNCTION}`, {}), buildGet(`/v2/nvcf/functions/${FUNCTION}/versions`)],
    ],
    ['Air', [buildGet('/api/v3/simulations/'), buildPost('/api/v3/simulations/', { name: 's' })]],
    ['tasks and Air', [buildGet('/v1/nvct/tasks'), buildGet('/api/v3/simulations/')]],
    ['a user of NGC', [buildGet('/v3/orgs/acme/keys')]],
  ])('gives it exactly the needed rights: %s', async (_, requests) => {
    const { make, smallest, kind } = await findKey(...requests);
    const created = await server.call(`${make.method} ${make.path}`, { body: make.body });
    expect([created.status, created.body.type]).toEqual([201, kind.replace('-key', '')]);

    for (const request of requests)
      expect((await send(request, created.body.key)).decision, request.path).toMatchObject({ effect: 'allow' });
    for (const scope of smallest.scopes ?? []) {
      const scopes = smallest.scopes.filter((other: string) => other !== scope);
      const { body } = await server.call('POST /_mock/keys', { body: { ...make.body, scopes, force: true } });
      const effects = await Promise.all(
        requests.map(async (request) => (await send(request, body.key)).decision.effect),
      );
      expect(effects, scope).toContain('deny');
    }
  });

  it('creates an application in Run:ai, and the requests in `next` add its roles', async () => {
    const requests = [buildGet('/api/v1/users'), buildGet('/api/v1/authorization/roles')];
    const { make, next } = await findKey(...requests);
    const sendAs = async ({ method, path, body, as }: Request & { readonly as: { readonly principal: string } }) => {
      const { body: minted } = await server.call('POST /_mock/tokens', { body: { for: as.principal } });
      return server.call(`${method} ${path}`, { token: minted.token, body });
    };
    const { body: application } = await sendAs(make);
    const requestToken = async () => {
      const { body } = await server.grant({
        grantType: 'app_token',
        AppId: application.clientId,
        AppSecret: application.secret,
      });
      return body.accessToken;
    };
    const readEffects = async () => {
      const token = await requestToken();
      return Promise.all(requests.map(async (request) => (await send(request, token)).decision.effect));
    };

    expect(make.as).toEqual({ principal: admin.email });
    expect(await readEffects()).toContain('deny');
    for (const request of next) expect((await sendAs(request)).status).toBe(201);
    expect(await readEffects()).toEqual(['allow', 'allow']);
  });

  it('is null for versions of Run:ai without applications', async () => {
    const [key] = await findKeys([buildGet('/api/v1/users')], await testServer({ runai: '3.0' }));

    expect([key.make, key.next]).toEqual([null, undefined]);
  });
});

describe.each([
  ['nvcf', {}],
  ['nvcf', { nvcf: 'open-source' }],
  ['air.2.0', {}],
  ['air.dsx', { air: 'dsx' }],
  ['nvct', {}],
] as const)('the smallest key for any operation of %s, %j', (name, config) => {
  it('is allowed the operation, but not without its first scope', async () => {
    const on = await testServer(config);
    const parameters: Readonly<Record<string, string>> = { functionId: FUNCTION, versionId: VERSION, org: 'acme' };
    let checked = 0;
    for (const { method, path: template, id } of readDocument(name).operations) {
      const path = template.replaceAll(/\{(\w+)\}/g, (_, param: string) => parameters[param] ?? UNKNOWN_ID);
      const [key] = await findKeys([{ method, path }], on);
      if (key === undefined || key.beyond.length > 0) continue;
      const readReason = async (holding: object) =>
        (await on.call('POST /_mock/decisions/simulate', { body: { holding, method, path } })).body.reason;
      const { services: _, ...holding } = key.smallest;
      const [scope, ...others] = holding.scopes ?? [];
      checked += 1;
      expect([null, 'no_such_object'], id).toContain(await readReason(holding));
      if (scope === undefined) continue;
      expect(await readReason({ ...holding, scopes: others, force: true }), id).toBe('missing_scope');
    }
    expect(checked).toBeGreaterThan(5);
  });
});
