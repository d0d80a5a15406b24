/** How sure the answers are, and a server that answers only what the vendor documents. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/options.ts';
import { startMock } from '../../../src/index.ts';
import { MANIFESTS } from '../../../src/services/index.ts';
import { runaiManifest } from '../../../src/services/runai/manifest.ts';
import { admin, application } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const NOTHING = '00000000-0000-4000-8000-000000000000';

/** The services of a server, each in its version. */
type Served = [service: string, profile: string | null];

const PROFILES: readonly [config: Partial<Config>, served: readonly Served[]][] = [
  [
    {},
    [
      ['runai', '2.24'],
      ['air', '2.0'],
      ['nvcf', 'documented'],
      ['nvct', null],
      ['ngc', null],
    ],
  ],
  [
    { runai: '2.19', air: 'dsx', nvcf: 'open-source' },
    [
      ['runai', '2.19'],
      ['air', 'dsx'],
      ['nvcf', 'open-source'],
      ['nvct', null],
      ['nak', null],
      ['ngc', null],
    ],
  ],
  [{ runai: '3.0' }, [['runai', '3.0']]],
];

/** What `documented` makes of each operation, by the certainties of its tables. */
async function expectedEffects(service: string, on: TestServer): Promise<Map<string, string>> {
  const { body } = await on.call(`GET /_mock/tables/${service}`);
  const rows: { id: string; rule: string; certainty: string }[] = body.operations;
  const rules: { id: string; certainty: string }[] = body.rules;
  return new Map(
    rows.map(({ id, rule, certainty }) => {
      if (['inferred', 'ours', 'unknown'].includes(certainty)) return [id, 'refused'];
      const certainties = [certainty, rules.find((one) => one.id === rule)?.certainty];
      return [id, certainties.includes('contradicted') ? 'questioned' : 'answered'];
    }),
  );
}

/** Who may ask for most things in each service. */
const KEYS: Readonly<Record<string, string>> = {
  air: castKey('air-admin').key,
  nvcf: castKey('nvcf-full-access').key,
  nvct: castKey('nvct-cli').key,
  nak: '',
  ngc: castKey('owner').key,
};

/** The grant for applications is there in versions that have no other for clients. */
const tokenFor = async (service: string, on: TestServer): Promise<string> => {
  const key = KEYS[service];
  if (key !== undefined) return key;
  const { name, secret } = application;
  const { body } = await on.grant({ grantType: 'app_token', AppId: name, AppSecret: secret });
  return body.accessToken ?? (await on.tokenOf(admin));
};

interface Told {
  readonly service: string;
  readonly operation: string;
  readonly effect: string;
  readonly entry?: { readonly kind: string; readonly id: string; readonly certainty: string; readonly source: string };
}

/** Every operation of a service's document, with a path that leads to it. */
async function requestsOf(service: string, on: TestServer): Promise<{ operation: string; request: string }[]> {
  const { body } = await on.call(`GET /openapi/${service}.json`);
  const paths: Record<string, Record<string, { operationId: string; 'x-alias-of'?: string }>> = body.paths;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, 'x-alias-of': operation = operationId }]) => ({
      operation,
      request: `${method.toUpperCase()} ${path
        .replace('{org}', 'acme')
        .replace('{realm}', 'acme')
        .replaceAll(/\{\w+\}/g, NOTHING)}`,
    })),
  );
}

describe.each(PROFILES)('under %j', (config, served) => {
  let server: TestServer;
  let strict: TestServer;

  beforeAll(async () => {
    server = await testServer(config);
    strict = await testServer({ ...config, fidelity: 'documented' });
  });

  it.each(served)('%s %s is told operation by operation, and counted', async (service, profile) => {
    const { body } = await server.call(`GET /_mock/fidelity?service=${service}`);
    const expected = await expectedEffects(service, server);
    const count = (which: string) => [...expected.values()].filter((effect) => effect === which).length;

    expect(new Map(body.operations.map(({ operation, effect }: Told) => [operation, effect]))).toEqual(expected);
    expect(body.operations).toHaveLength(expected.size);
    expect(body.services).toEqual([
      {
        ...{ service, profile, operations: expected.size },
        ...{ remaining: expected.size - count('refused'), questioned: count('questioned') },
      },
    ]);
  });

  it.each(served)('%s %s refuses with 501 what it tells, and nothing else', async (service) => {
    const token = await tokenFor(service, strict);
    const { body } = await strict.call(`GET /_mock/fidelity?service=${service}`);
    const reported: ReadonlyMap<string, Told> = new Map(body.operations.map((one: Told) => [one.operation, one]));
    const requests = await requestsOf(service, strict);

    expect(requests.length).toBeGreaterThanOrEqual(reported.size - 1);
    // The report and the refusal are made by one function: each kind of entry is asked for twice.
    const kinds = new Map<string, number>();
    for (const { operation, request } of requests) {
      const { effect: expected, entry: because } = reported.get(operation) ?? {};
      const kind = [expected, because?.kind, because?.certainty].join();
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if ((kinds.get(kind) ?? 0) > 2) continue;
      const hasBody = /^P/.test(request);
      const { status, text } = await textOf(strict, request, { token, ...(hasBody && { body: {} }) });
      const { effect, entry } = reported.get(operation) ?? {};
      expect(status === 501, `${request}: ${status} ${text}`).toBe(effect === 'refused');
      if (entry === undefined || status !== 501) continue;
      for (const word of [entry.kind, entry.id, entry.certainty]) expect(text, request).toContain(word);
    }
  });
});

async function textOf(server: TestServer, request: string, parts: Parameters<TestServer['call']>[1]) {
  const { status, body } = await server.call(request, parts);
  return { status, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

const server = await testServer({ fidelity: 'documented' });

describe('a refusal says which row is not documented, in the form of the vendor:', () => {
  it('Run:ai', async () => {
    const answer = await server.call('GET /auth/realms/acme/.well-known/openid-configuration');

    expect(answer.status).toBe(501);
    expect(runaiRefusal(answer)).toMatch(/the operation `[\w-]+` is `\w+` \(.+\).*`--fidelity documented`/);
  });

  it('the endpoints of OAuth', async () => {
    const body = 'grant_type=client_credentials';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await server.call('POST /auth/realms/acme/protocol/openid-connect/token', { body, headers });

    expect(answer).toMatchObject({ status: 501, body: { error: 'server_error' } });
    expect(answer.body.error_description).toMatch(/the operation `grant_realm_token` is `inferred`/);
  });

  it('a page', async () => {
    const { status, body, headers } = await server.call('GET /auth/realms/acme/protocol/openid-connect/auth?x=1');

    expect(status).toBe(501);
    expect(headers['content-type']).toMatch(/^text\/html/);
    expect(body).toContain('authorize');
  });

  it('Air', async () => {
    const { status, body } = await server.call('PUT /api/v3/uploads/a/1', { body: 'x' });

    expect({ status, body }).toEqual({
      status: 501,
      body: {
        detail: expect.stringMatching(/the operation `uploads_put_part` is `ours` \(.+\)/),
        request_id: expect.any(String),
      },
    });
  });

  it('Cloud Functions', async () => {
    const path = '/v2/nvcf/uploads/00000000-0000-4000-8000-000000000000';
    const content = await server.call(`GET ${path}`);

    expect(content.status).toBe(501);
    expect(problemDocument({ ...content, body: { ...content.body, instance: undefined } })).toMatch(
      /the operation `downloadAssetContent` is `ours` \(.+\)/,
    );
    expect(content.body.instance).toBe(path);
  });

  it('NGC', async () => {
    const { status, body } = await server.call('GET /v3/orgs/acme/keys', { token: KEYS['ngc'] ?? '' });

    expect(status).toBe(501);
    expect(body.requestStatus).toMatchObject({
      statusCode: 'INTERNAL_ERROR',
      statusDescription: expect.stringMatching(/the operation `listKeys` is `ours` \(.+\)/),
    });
  });
});

it('who asks is looked at first, and a refusal is no decision', async () => {
  const userinfo = 'GET /auth/realms/acme/protocol/openid-connect/userinfo';
  const unknown = await server.call(userinfo);
  const known = await server.call(userinfo, { token: await server.tokenOf(admin) });

  expect(unknown).toMatchObject({ status: 401, decision: { reason: 'no_token' } });
  expect(known).toMatchObject({ status: 501, decision: null });
});

it('what the vendor says in two ways is answered, with a finding in its own world', async () => {
  for (const id of ['one', 'other']) await server.call('POST /_mock/worlds', { body: { id, credentials: 'cast' } });
  const { status, decision } = await server.call('GET /w/one/v2/nvcf/functions', { token: KEYS['nvcf'] ?? '' });
  const findings = async (world: string) => (await server.call(`GET /w/${world}/_mock/findings`)).body.findings;

  expect({ status, effect: decision.effect }).toEqual({ status: 200, effect: 'allow' });
  expect(await findings('one')).toEqual([
    expect.objectContaining({
      kind: 'contradicted_source',
      message: expect.stringMatching(/^listFunctions was answered .* the rule `list-functions` is `contradicted` \(/),
    }),
  ]);
  expect(await findings('other')).toEqual([]);
});

it('the seven operations on access keys are answered, and each decision says how certain its rule is', async () => {
  const token = await server.tokenOf(admin);
  const { body: made } = await server.call('POST /api/v1/access-keys', { token, body: { name: 'documented' } });
  const others = await server.call('POST /api/v1/access-keys', { token, body: { name: 'also' } });
  expect(others.status).toBe(201);
  const requests: readonly [request: string, status: number][] = [
    ['GET /api/v1/access-keys', 200],
    [`GET /api/v1/access-keys/${made.id}`, 200],
    [`POST /api/v1/access-keys/${made.id}/secret`, 200],
    [`DELETE /api/v1/access-keys/${made.id}`, 204],
    ['GET /api/v1/administration/access-keys', 200],
    [`DELETE /api/v1/administration/access-keys/${others.body.id}`, 204],
  ];
  for (const [request, status] of requests) {
    const answer = await server.call(request, { token });
    expect([answer.status, answer.decision.effect], request).toEqual([status, 'allow']);
    const { body } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);
    expect(body.certainty ?? 'documented', request).toMatch(/^(documented|inferred)$/);
  }
});

it('a key that may do something only by a resource type that was added to the rule is answered, and told so', async () => {
  const [echo] = castFunction('echo');
  const resource = { type: 'Function Versions', ids: [`${echo?.functionId}/${echo?.versionId}`] };
  const order = { type: 'service', name: 'ci', services: ['nvcf'], scopes: ['invoke_function'], resource };
  const { body } = await server.call('POST /_mock/keys', { body: order });
  const request = `POST /v2/nvcf/pexec/functions/${echo?.functionId}/versions/${echo?.versionId}`;
  const answer = await server.call(request, { token: body.key, body: {} });

  expect(answer).toMatchObject({ status: 200, decision: { effect: 'allow', certainty: 'inferred' } });
});

it('a function at its own host is asked for as well', async () => {
  const [echo] = castFunction('echo');
  const headers = { host: `${echo?.functionId}.invocation.localhost` };
  const { status } = await server.call('POST /echo', { token: KEYS['nvcf'] ?? '', headers, body: {} });

  expect(status).not.toBe(501);
});

describe('the report', () => {
  it('has the source and certainty of every operation, rule and reason', async () => {
    const { body } = await server.call('GET /_mock/fidelity');
    const founded = { source: expect.stringMatching(/\w{3}/), certainty: expect.stringMatching(/^[a-z]+$/) };

    expect(body.fidelity).toBe('documented');
    const ofEach = await Promise.all(
      body.services.map(({ service }: { service: string }) => expectedEffects(service, server)),
    );
    const reported = body.operations.map(({ operation, effect }: Told) => [operation, effect]);
    expect(reported).toEqual(ofEach.flatMap((effects) => [...effects]));
    expect(body.rules.length).toBeGreaterThan(100);
    expect(body.reasons.length).toBeGreaterThan(50);
    for (const row of [...body.operations, ...body.rules, ...body.reasons]) expect(row).toMatchObject(founded);
    expect(body.reasons).toContainEqual(
      expect.objectContaining({ reason: 'expired_token', source: 'RFC 7519, 4.1.4', certainty: 'documented' }),
    );
  });

  it('names the resource types that a rule has from elsewhere', async () => {
    const { body } = await server.call('GET /_mock/fidelity?service=nvcf');
    const { added } = body.rules.find(({ rule }: { rule: string }) => rule === 'invoke-function');

    expect(added[0]).toMatchObject({ types: [expect.any(String)], certainty: 'inferred' });
  });

  it('of a service that does not exist is refused with the nearest name', async () => {
    const answer = await server.call('GET /_mock/fidelity?service=nvfc');

    expect(answer.status).toBe(400);
    const served = MANIFESTS.filter(({ isServed }) => isServed === undefined).map(({ name }) => name);
    const names = ['nvcf', ...served.filter((name) => name !== 'nvcf')].map((name) => `\`${name}\``);
    expect(problemDocument(answer)).toContain(`Did you mean \`nvcf\`? Expected one of ${names.join(', ')}.`);
  });
});

it('a client that looks for the issuer is told why there is none', async () => {
  const [issuer] = runaiManifest.probes;
  const part = { tenant: { realm: 'acme' } };
  const seen = await issuer.run(async () => ({ status: 501, body: {} }), { base: 'http://localhost:6625', part });

  expect(seen).toEqual({ isGood: true, finding: expect.stringContaining('only documented endpoints') });
});

it('is an option and a call of the library', async () => {
  await using mock = await startMock({ listen: false, fidelity: 'documented' });
  await using world = await mock.world();
  const { fidelity, services } = await world.fidelity('air');
  const { status } = await world.fetch('/v3/orgs/acme/keys', {
    headers: { authorization: `Bearer ${world.key('owner')}` },
  });

  expect({ fidelity, status }).toEqual({ fidelity: 'documented', status: 501 });
  expect(services).toMatchObject([{ service: 'air', profile: '2.0' }]);
  // What JavaScript can send although no type allows it.
  const wrong: object = { listen: false, fidelity: 'documentd' };
  await expect(startMock(wrong)).rejects.toThrow('one of `any`, `documented`');
});
