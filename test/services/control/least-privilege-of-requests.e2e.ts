/** Which key a client needs, asked before it has one. */
import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { readDocument } from '../../support/documents.ts';
import { castFunction } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const server = await testServer();
const [echo] = castFunction('echo');
const FUNCTION = echo?.functionId ?? '';
const VERSION = echo?.versionId ?? '';
const NOBODYS = '00000000-0000-4000-8000-000000000000';
const NEW_FUNCTION = { name: 'f', inferenceUrl: '/', containerImage: 'nvcr.io/acme/f:1' };

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const ask = (requests: unknown, on: TestServer = server) =>
  on.call('POST /_mock/least-privilege', { body: { requests } });
const keysFor = async (requests: readonly object[], on?: TestServer) => {
  const { status, body } = await ask(requests, on);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.keys;
};
const keyFor = async (...requests: readonly object[]) => {
  const keys = await keysFor(requests);
  expect(keys).toHaveLength(1);
  return keys[0];
};
const get = (path: string): Request => ({ method: 'GET', path });
const post = (path: string, body?: unknown): Request => ({ method: 'POST', path, ...(body !== undefined && { body }) });

describe('the key that requests need', () => {
  it('has the scopes and the resource of all of them, and each says what it rests on', async () => {
    const key = await keyFor(get('/v2/nvcf/functions'), post('/v2/nvcf/functions'), get('/v2/nvcf/functions'));

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
        ...{ service: 'nvcf', operation: 'listFunctions', grants: ['list_functions'] },
        example: get('/v2/nvcf/functions'),
      },
      {
        ...{ service: 'nvcf', operation: 'createFunction', grants: ['register_function'] },
        example: post('/v2/nvcf/functions'),
      },
    ]);
  });

  it('is one for all services that accept keys of NGC, beside an application of Run:ai', async () => {
    const keys = await keysFor([get('/v2/nvcf/functions'), get('/api/v3/simulations/'), get('/api/v1/users')]);

    expect(keys).toMatchObject([
      { kind: 'application', services: ['runai'] },
      {
        kind: 'service-key',
        services: ['nvcf', 'air'],
        smallest: { scopes: ['list_functions', 'air:access', 'air:simulation_read'] },
      },
    ]);
  });

  it('is for one function if the path or the body names it, whether this world has it or not', async () => {
    const resourceOf = async (request: object) => (await keyFor(request)).smallest.resource;
    const invoke = (id: string) => post(`/v2/nvcf/pexec/functions/${id}`);

    expect(await resourceOf(invoke(FUNCTION))).toEqual({ type: 'Function', ids: [FUNCTION] });
    expect(await resourceOf(invoke(NOBODYS))).toEqual({ type: 'Function', ids: [NOBODYS] });
    expect(await resourceOf(invoke('$FUNCTION_ID'))).toEqual({ type: 'All Functions' });
    const chat = { model: `${FUNCTION}/m`, messages: [{ role: 'user', content: 'hello' }] };
    expect(await resourceOf(post('/llm/v1/chat/completions', chat))).toEqual({ type: 'Function', ids: [FUNCTION] });
    expect(await resourceOf(post('/llm/v1/chat/completions', 7))).toEqual({ type: 'All Functions' });
    expect(await resourceOf(get('/v1/nvct/tasks'))).toEqual({ type: 'All Tasks' });
    expect(await resourceOf(get(`/v1/nvct/tasks/${NOBODYS}`))).toEqual({ type: 'Task', ids: [NOBODYS] });
  });

  it('is personal if no service key is allowed everything; there are two if no key is', async () => {
    const make = post('/v3/orgs/acme/keys/type/SERVICE_KEY');

    expect(await keysFor([make, get('/v2/nvcf/functions')])).toMatchObject([
      { kind: 'personal-key', smallest: { roles: ['ORG_OWNER', 'Cloud Functions User'] }, beyond: [] },
    ]);
    expect(await keysFor([make, post('/v1/nvct/tasks')])).toMatchObject([
      { kind: 'service-key', smallest: { scopes: ['launch_task'] }, beyond: [] },
      { kind: 'personal-key', smallest: { roles: ['ORG_OWNER'] }, beyond: [] },
    ]);
  });

  it('lists what no key is allowed', async () => {
    const selfHosted = await testServer({ nvcf: 'open-source' });
    const [key] = await keysFor([get('/v2/nvcf/clusterGroups'), get('/v2/nvcf/functions')], selfHosted);

    expect(key).toMatchObject({ kind: 'service-key', smallest: { scopes: ['list_functions'] } });
    expect(key.beyond).toHaveLength(1);
  });

  it('is not needed for what is public', async () => {
    const { body } = await ask([post('/api/v1/token'), post('/api/v1/token', {})]);

    expect(body).toEqual({
      keys: [],
      free: [{ service: 'runai', operation: 'grant_token', ...post('/api/v1/token') }],
    });
  });
});

describe('a request is one of production, too:', () => {
  const operationOf = async (method: string, url: string, service?: string) => {
    const key = await keyFor({ method, url, ...(service !== undefined && { service }) });
    return [key.used[0].service, key.used[0].operation];
  };

  it.each([
    ['GET', 'https://api.nvcf.nvidia.com/v2/nvcf/functions?visibility=private', 'nvcf', 'listFunctions'],
    ['GET', 'http://user:secret@127.0.0.1:6625/w/mine/v2/nvcf/functions', 'nvcf', 'listFunctions'],
    ['HEAD', 'https://proxy.example/v2/nvcf/functions#top', 'nvcf', 'listFunctions'],
    ['POST', `https://${NOBODYS}.invocation.api.nvcf.nvidia.com/predict`, 'nvcf', 'invokeAtOwnHost'],
    ['POST', 'https://integrate.api.nvidia.com/v1/chat/completions', 'catalogue', 'createChatCompletion'],
    ['POST', 'https://llm.invocation.api.nvcf.nvidia.com/v1/chat/completions', 'nvcf', 'createChatCompletion'],
    ['POST', 'https://api.nvcf.nvidia.com/v1/chat/completions', 'nvcf', 'createChatCompletion'],
    ['GET', 'https://acme.run.ai/api/v1/users', 'runai', 'get_users'],
  ])('%s %s', async (method, url, service, operation) => {
    expect(await operationOf(method, url)).toEqual([service, operation]);
  });

  it('the body can say which service is meant', async () => {
    const url = 'http://localhost/v1/chat/completions';

    expect(await operationOf('POST', url, 'nvcf')).toEqual(['nvcf', 'createChatCompletion']);
    expect(await operationOf('POST', url, 'catalogue')).toEqual(['catalogue', 'createChatCompletion']);
  });
});

it.each<[request: object, detail: string]>([
  [
    post('/v1/chat/completions'),
    'Field `requests[1]`: `POST /v1/chat/completions` belongs to several services: `nvcf`, `catalogue`. Add `"service"`.',
  ],
  [
    get('/v2/nvcf/functionz'),
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
    { ...get('/v2/nvcf/functions'), service: 'air' },
    'Field `requests[1].service`: `GET /v2/nvcf/functions` belongs to `nvcf`, not to `air`.',
  ],
  [
    { ...get('/v2/nvcf/functions'), service: 'nvfc' },
    'Field `requests[1].service` names an unknown service. Did you mean `nvcf`? Expected one of `nvcf`, `runai`, `air`, `nvct`, `catalogue`, `ngc`.',
  ],
  [{ method: 'GET' }, 'Field `requests[1]` must have either `url` or `path`.'],
  [{ ...get('/'), url: 'http://a/' }, 'Field `requests[1]` must have either `url` or `path`.'],
  [
    { method: 'GET', url: 'http://' },
    'Field `requests[1].url` is not a URL. Expected a URL such as `https://host/path`.',
  ],
  [get('/v2/%zz'), 'Field `requests[1].path` is not valid percent-encoding. Encode a literal `%` as `%25`.'],
  [
    get('/_mock/cast'),
    'Field `requests[1].path`: the control API has no rules; any caller that can reach it may call it.',
  ],
])('%j is refused with its place: %s', async (request, detail) => {
  const answer = await ask([get('/v2/nvcf/functions'), request]);

  expect([answer.status, answer.body.detail]).toEqual([400, detail]);
});

it.each<[seed: unknown, detail: unknown]>([
  ['none', 'This world has no organisation for the key. Use a seed that has one.'],
  [
    { ngc: { org: 'acme', ncaId: 'nca-1', organizations: [{ name: 'acme', ncaId: 'nca-1', airSubscription: false }] } },
    'NVIDIA Air refuses every new key, because the first organisation of this world has no subscription. Use a seed in which it has one.',
  ],
])('a world where no new key could call has none: %j', async (seed, detail) => {
  const { status, body: world } = await server.call('POST /_mock/worlds', { body: { seed } });
  expect(status, JSON.stringify(world)).toBe(201);
  const body = { requests: [get('/api/v3/simulations/')] };
  const answer = await server.call(`POST /w/${world.id}/_mock/least-privilege`, { body });

  expect([answer.status, answer.body.detail]).toEqual([400, detail]);
});

describe('what makes the key', () => {
  const send = (request: Request, token: string) =>
    server.call(`${request.method} ${request.path}`, {
      token,
      ...(request.body !== undefined && { body: request.body }),
    });

  it.each<[name: string, requests: readonly [Request, ...Request[]]]>([
    ['NVCF', [get('/v2/nvcf/functions'), post('/v2/nvcf/functions', NEW_FUNCTION)]],
    [
      'one function',
      [post(`/v2/nvcf/pexec/functions/${FUNCTION}`, {}), get(`/v2/nvcf/functions/${FUNCTION}/versions`)],
    ],
    ['Air', [get('/api/v3/simulations/'), post('/api/v3/simulations/', { name: 's' })]],
    ['tasks and Air', [get('/v1/nvct/tasks'), get('/api/v3/simulations/')]],
    ['a user of NGC', [get('/v3/orgs/acme/keys')]],
  ])('is sent to this server, and allows just that: %s', async (_, requests) => {
    const { make, smallest, kind } = await keyFor(...requests);
    const made = await server.call(`${make.method} ${make.path}`, { body: make.body });
    expect([made.status, made.body.type]).toEqual([201, kind.replace('-key', '')]);

    for (const request of requests)
      expect((await send(request, made.body.key)).decision, request.path).toMatchObject({ effect: 'allow' });
    for (const scope of smallest.scopes ?? []) {
      const scopes = smallest.scopes.filter((one: string) => one !== scope);
      const { body } = await server.call('POST /_mock/keys', { body: { ...make.body, scopes, force: true } });
      const effects = await Promise.all(
        requests.map(async (request) => (await send(request, body.key)).decision.effect),
      );
      expect(effects, scope).toContain('deny');
    }
  });

  it('in Run:ai is sent as a principal that may: an application, then its roles', async () => {
    const requests = [get('/api/v1/users'), get('/api/v1/authorization/roles')];
    const { make, next } = await keyFor(...requests);
    const sendAs = async ({ method, path, body, as }: Request & { readonly as: { readonly principal: string } }) => {
      const { body: minted } = await server.call('POST /_mock/tokens', { body: { for: as.principal } });
      return server.call(`${method} ${path}`, { token: minted.token, body });
    };
    const { body: application } = await sendAs(make);
    const tokenOf = async () => {
      const { body } = await server.grant({
        grantType: 'app_token',
        AppId: application.clientId,
        AppSecret: application.secret,
      });
      return body.accessToken;
    };
    const effects = async () => {
      const token = await tokenOf();
      return Promise.all(requests.map(async (request) => (await send(request, token)).decision.effect));
    };

    expect(make.as).toEqual({ principal: admin.email });
    expect(await effects()).toContain('deny');
    for (const request of next) expect((await sendAs(request)).status).toBe(201);
    expect(await effects()).toEqual(['allow', 'allow']);
  });

  it('is nothing where Run:ai has no applications', async () => {
    const [key] = await keysFor([get('/api/v1/users')], await testServer({ runai: '3.0' }));

    expect([key.make, key.next]).toEqual([null, undefined]);
  });
});

describe.each([
  ['nvcf', {}],
  ['nvcf', { nvcf: 'open-source' }],
  ['air.2.0', {}],
  ['air.dsx', { air: 'dsx' }],
  ['nvct', {}],
] as const)('for any operation of %s, %j', (name, config) => {
  it('the key is allowed it, and no longer if a scope is missing', async () => {
    const on = await testServer(config);
    const given: Readonly<Record<string, string>> = { functionId: FUNCTION, versionId: VERSION, org: 'acme' };
    let tried = 0;
    for (const { method, path: template, id } of readDocument(name).operations) {
      const path = template.replaceAll(/\{(\w+)\}/g, (_, param: string) => given[param] ?? NOBODYS);
      const [key] = await keysFor([{ method, path }], on);
      if (key === undefined || key.beyond.length > 0) continue;
      const reasonWith = async (holding: object) =>
        (await on.call('POST /_mock/decisions/simulate', { body: { holding, method, path } })).body.reason;
      const { services: _, ...holding } = key.smallest;
      const [scope, ...others] = holding.scopes ?? [];
      tried += 1;
      expect([null, 'no_such_object'], id).toContain(await reasonWith(holding));
      if (scope === undefined) continue;
      expect(await reasonWith({ ...holding, scopes: others, force: true }), id).toBe('missing_scope');
    }
    expect(tried).toBeGreaterThan(5);
  });
});
