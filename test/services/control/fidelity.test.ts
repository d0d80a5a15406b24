/** The certainty of answers, and the option `fidelity` that allows only documented ones. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/options.ts';
import { startMock } from '../../../src/index.ts';
import { MANIFESTS } from '../../../src/services/index.ts';
import { admin, application } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

/** A service of a server and its version. */
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

/** Derives the effect of `documented` on each operation from the certainties of the tables. */
async function deriveEffects(service: string, on: TestServer): Promise<Map<string, string>> {
  const { body } = await on.call(`GET /_mock/tables/${service}`);
  const rows: { id: string; rule: string; certainty: string }[] = body.operations;
  const rules: { id: string; certainty: string }[] = body.rules;
  return new Map(
    rows.map(({ id, rule, certainty }) => {
      if (['inferred', 'ours', 'unknown'].includes(certainty)) return [id, 'refused'];
      const certainties = [certainty, rules.find(({ id: ruleId }) => ruleId === rule)?.certainty];
      return [id, certainties.includes('contradicted') ? 'questioned' : 'answered'];
    }),
  );
}

/** Keys with most rights in each service. */
const KEYS: Readonly<Record<string, string>> = {
  air: castKey('air-admin').key,
  nvcf: castKey('nvcf-full-access').key,
  nvct: castKey('nvct-cli').key,
  nak: '',
  ngc: castKey('owner').key,
};

/** Some versions have no grant for clients but that for applications. */
const getToken = async (service: string, on: TestServer): Promise<string> => {
  const key = KEYS[service];
  if (key !== undefined) return key;
  const { name, secret } = application;
  const { body } = await on.grant({ grantType: 'app_token', AppId: name, AppSecret: secret });
  return body.accessToken ?? (await on.tokenOf(admin));
};

interface ReportedOperation {
  readonly service: string;
  readonly operation: string;
  readonly effect: string;
  readonly entry?: { readonly kind: string; readonly id: string; readonly certainty: string; readonly source: string };
}

/** Reads the operations of a service's document, each with a request for it. */
async function readRequests(service: string, on: TestServer): Promise<{ operation: string; request: string }[]> {
  const { body } = await on.call(`GET /openapi/${service}.json`);
  const paths: Record<string, Record<string, { operationId: string; 'x-alias-of'?: string }>> = body.paths;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, 'x-alias-of': operation = operationId }]) => ({
      operation,
      request: `${method.toUpperCase()} ${path
        .replace('{org}', 'acme')
        .replace('{realm}', 'acme')
        .replaceAll(/\{\w+\}/g, UNKNOWN_ID)}`,
    })),
  );
}

describe.each(PROFILES)('a server with %j', (config, served) => {
  let server: TestServer;
  let strict: TestServer;

  beforeAll(async () => {
    server = await testServer(config);
    strict = await testServer({ ...config, fidelity: 'documented' });
  });

  it.each(served)('reports each operation of %s %s and their numbers', async (service, profile) => {
    const { body } = await server.call(`GET /_mock/fidelity?service=${service}`);
    const expected = await deriveEffects(service, server);
    const countEffect = (counted: string) => [...expected.values()].filter((effect) => effect === counted).length;

    expect(new Map(body.operations.map(({ operation, effect }: ReportedOperation) => [operation, effect]))).toEqual(
      expected,
    );
    expect(body.operations).toHaveLength(expected.size);
    expect(body.services).toEqual([
      {
        service,
        profile,
        operations: expected.size,
        remaining: expected.size - countEffect('refused'),
        questioned: countEffect('questioned'),
      },
    ]);
  });

  it.each(served)('rejects exactly the reported operations of %s %s with 501', async (service) => {
    const token = await getToken(service, strict);
    const { body } = await strict.call(`GET /_mock/fidelity?service=${service}`);
    const reported: ReadonlyMap<string, ReportedOperation> = new Map(
      body.operations.map((row: ReportedOperation) => [row.operation, row]),
    );
    const requests = await readRequests(service, strict);

    expect(requests.length).toBeGreaterThanOrEqual(reported.size - 1);
    // Report and refusal come from the same function, so two requests for each kind of entry are enough.
    const kinds = new Map<string, number>();
    for (const { operation, request } of requests) {
      const { effect: expected, entry: expectedEntry } = reported.get(operation) ?? {};
      const kind = [expected, expectedEntry?.kind, expectedEntry?.certainty].join();
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if ((kinds.get(kind) ?? 0) > 2) continue;
      const hasBody = /^P/.test(request);
      const { status, text } = await readText(strict, request, { token, ...(hasBody && { body: {} }) });
      const { effect, entry } = reported.get(operation) ?? {};
      expect(status === 501, `${request}: ${status} ${text}`).toBe(effect === 'refused');
      if (entry === undefined || status !== 501) continue;
      for (const word of [entry.kind, entry.id, entry.certainty]) expect(text, request).toContain(word);
    }
  });
});

async function readText(server: TestServer, request: string, parts: Parameters<TestServer['call']>[1]) {
  const { status, body } = await server.call(request, parts);
  return { status, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

const server = await testServer({ fidelity: 'documented' });

describe('an undocumented operation is rejected in the format of', () => {
  it('Run:ai', async () => {
    const answer = await server.call('GET /auth/realms/acme/.well-known/openid-configuration');

    expect(answer.status).toBe(501);
    expect(runaiRefusal(answer)).toMatch(/the operation `[\w-]+` is `\w+` \(.+\).*`--fidelity documented`/);
  });

  it('OAuth endpoints', async () => {
    const body = 'grant_type=client_credentials';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await server.call('POST /auth/realms/acme/protocol/openid-connect/token', { body, headers });

    expect(answer).toMatchObject({ status: 501, body: { error: 'server_error' } });
    expect(answer.body.error_description).toMatch(/the operation `grant_realm_token` is `inferred`/);
  });

  it('an HTML page', async () => {
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

it('`fidelity` is checked after authentication, and its refusal has no decision', async () => {
  const userinfo = 'GET /auth/realms/acme/protocol/openid-connect/userinfo';
  const unknown = await server.call(userinfo);
  const known = await server.call(userinfo, { token: await server.tokenOf(admin) });

  expect(unknown).toMatchObject({ status: 401, decision: { reason: 'no_token' } });
  expect(known).toMatchObject({ status: 501, decision: null });
});

it('an operation with contradicting sources is answered and adds a finding to its world only', async () => {
  for (const id of ['one', 'other']) await server.call('POST /_mock/worlds', { body: { id, credentials: 'cast' } });
  const { status, decision } = await server.call('GET /w/one/v2/nvcf/functions', { token: KEYS['nvcf'] ?? '' });
  const readFindings = async (world: string) => (await server.call(`GET /w/${world}/_mock/findings`)).body.findings;

  expect({ status, effect: decision.effect }).toEqual({ status: 200, effect: 'allow' });
  expect(await readFindings('one')).toEqual([
    expect.objectContaining({
      kind: 'contradicted_source',
      message: expect.stringMatching(/^listFunctions was answered .* the rule `list-functions` is `contradicted` \(/),
    }),
  ]);
  expect(await readFindings('other')).toEqual([]);
});

it('the seven operations on access keys are answered, with the certainty of their rules', async () => {
  const token = await server.tokenOf(admin);
  const { body: first } = await server.call('POST /api/v1/access-keys', { token, body: { name: 'documented' } });
  const second = await server.call('POST /api/v1/access-keys', { token, body: { name: 'also' } });
  expect(second.status).toBe(201);
  const requests: readonly [request: string, status: number][] = [
    ['GET /api/v1/access-keys', 200],
    [`GET /api/v1/access-keys/${first.id}`, 200],
    [`POST /api/v1/access-keys/${first.id}/secret`, 200],
    [`DELETE /api/v1/access-keys/${first.id}`, 204],
    ['GET /api/v1/administration/access-keys', 200],
    [`DELETE /api/v1/administration/access-keys/${second.body.id}`, 204],
  ];
  for (const [request, status] of requests) {
    const answer = await server.call(request, { token });
    expect([answer.status, answer.decision.effect], request).toEqual([status, 'allow']);
    const { body } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);
    expect(body.certainty ?? 'documented', request).toMatch(/^(documented|inferred)$/);
  }
});

it('a decision that depends on an added resource type has the certainty `inferred`', async () => {
  const [echo] = castFunction('echo');
  const resource = { type: 'Function Versions', ids: [`${echo?.functionId}/${echo?.versionId}`] };
  const key = { type: 'service', name: 'ci', services: ['nvcf'], scopes: ['invoke_function'], resource };
  const { body } = await server.call('POST /_mock/keys', { body: key });
  const request = `POST /v2/nvcf/pexec/functions/${echo?.functionId}/versions/${echo?.versionId}`;
  const answer = await server.call(request, { token: body.key, body: {} });

  expect(answer).toMatchObject({ status: 200, decision: { effect: 'allow', certainty: 'inferred' } });
});

it('a function at its own host name is answered', async () => {
  const [echo] = castFunction('echo');
  const headers = { host: `${echo?.functionId}.invocation.localhost` };
  const { status } = await server.call('POST /echo', { token: KEYS['nvcf'] ?? '', headers, body: {} });

  expect(status).not.toBe(501);
});

describe('the report', () => {
  it('contains the source and certainty of every operation, rule and reason', async () => {
    const { body } = await server.call('GET /_mock/fidelity');
    const withSource = { source: expect.stringMatching(/\w{3}/), certainty: expect.stringMatching(/^[a-z]+$/) };

    expect(body.fidelity).toBe('documented');
    const effectsByService = await Promise.all(
      body.services.map(({ service }: { service: string }) => deriveEffects(service, server)),
    );
    const reported = body.operations.map(({ operation, effect }: ReportedOperation) => [operation, effect]);
    expect(reported).toEqual(effectsByService.flatMap((effects) => [...effects]));
    expect(body.rules.length).toBeGreaterThan(100);
    expect(body.reasons.length).toBeGreaterThan(50);
    for (const row of [...body.operations, ...body.rules, ...body.reasons]) expect(row).toMatchObject(withSource);
    expect(body.reasons).toContainEqual(
      expect.objectContaining({ reason: 'expired_token', source: 'RFC 7519, 4.1.4', certainty: 'documented' }),
    );
  });

  it('contains the resource types that a rule has from another source', async () => {
    const { body } = await server.call('GET /_mock/fidelity?service=nvcf');
    const { added } = body.rules.find(({ rule }: { rule: string }) => rule === 'invoke-function');

    expect(added[0]).toMatchObject({ types: [expect.any(String)], certainty: 'inferred' });
  });

  it('is rejected for an unknown service with the nearest name', async () => {
    const answer = await server.call('GET /_mock/fidelity?service=nvfc');

    expect(answer.status).toBe(400);
    const served = MANIFESTS.filter(({ isServed }) => isServed === undefined).map(({ name }) => name);
    const names = ['nvcf', ...served.filter((name) => name !== 'nvcf')].map((name) => `\`${name}\``);
    expect(problemDocument(answer)).toContain(`Did you mean \`nvcf\`? Expected one of ${names.join(', ')}.`);
  });
});

it('the library has the option `fidelity`', async () => {
  await using mock = await startMock({ listen: false, fidelity: 'documented' });
  await using world = await mock.world();
  const { status } = await world.fetch('/v3/orgs/acme/keys', {
    headers: { authorization: `Bearer ${world.key('owner')}` },
  });

  expect(status).toBe(501);
  // JavaScript can send this although the types do not allow it.
  const misspelt: object = { listen: false, fidelity: 'documentd' };
  await expect(startMock(misspelt)).rejects.toThrow('one of `any`, `documented`');
});
