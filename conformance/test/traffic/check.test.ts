/** The check of recorded traffic against the documents. */

import { beforeEach, describe, expect, it } from 'vitest';
import { listVendorHosts } from '../../../src/services/index.ts';
import { admin } from '../../../test/support/cast.ts';
import { listHints } from '../../../test/support/hints.ts';
import { testServer } from '../../../test/support/server.ts';

const server = await testServer();
const CHECK = 'POST /_mock/requests/check';
const [COUNT_URL, KEYS_URL] = ['/api/v1/users/count', '/api/v1/access-keys'];
const COUNT = { count: 2 };

interface Recorded {
  readonly method?: string;
  readonly url: string;
  readonly sent?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly type?: string;
}

/** Creates an entry of an archive in the format of browsers. */
function entry({ method = 'GET', url, sent, status = 200, answer = {}, type = 'application/json' }: Recorded) {
  return {
    request: {
      method,
      url: url.startsWith('/') ? `https://acme.example${url}` : url,
      headers: [],
      ...(sent !== undefined && {
        postData: { mimeType: 'application/json', text: typeof sent === 'string' ? sent : JSON.stringify(sent) },
      }),
    },
    response: {
      status,
      headers: [{ name: 'Content-Type', value: `${type}; charset=utf-8` }],
      content: { mimeType: type, text: typeof answer === 'string' ? answer : JSON.stringify(answer) },
    },
  };
}

/** Creates an entry with these other members of its request. */
function entryWith(request: object, recorded: Recorded = { url: COUNT_URL, answer: COUNT }) {
  const created = entry(recorded);
  return { ...created, request: { ...created.request, ...request } };
}

const check = (...entries: unknown[]) => server.call(CHECK, { body: { log: { version: '1.2', entries } } });

async function findViolations(recorded: Recorded): Promise<string[]> {
  const { status, body } = await check(entry(recorded));
  expect(status).toBe(200);
  return body.violations.map(({ part, what }: { part: string; what: string }) => `${part}: ${what}`);
}

beforeEach(() => server.call('POST /_mock/reset'));

const ROLE = { name: 'Rolle', permissionSets: [{ id: 'a0969bbb-4625-4d29-a478-b6d38f90a9be', nmae: 'x' }] };

describe('a violation of a request is reported:', () => {
  it.each<[string, Recorded]>([
    ['Query parameter `filterBy.0` is not valid; expected a string that matches', { url: `${COUNT_URL}?filterBy=a` }],
    ['no document has this path; did you mean `/api/v1/users`?', { url: '/api/v1/user' }],
    ['the document has no PATCH for this path; it has GET, HEAD, POST', { method: 'PATCH', url: '/api/v1/users' }],
    ['the path has an escape sequence that cannot be decoded', { url: '/api/v1/users/%zz' }],
    ['no document has this path', { url: 'https://integrate.api.nvidia.com/v1/ranking' }],
    ['this path is not served at this host', { url: 'https://api.nvcf.nvidia.com/api/v1/users' }],
    ['the document has no GET for this path', { url: 'https://llm.invocation.api.nvcf.nvidia.com/v1/responses' }],
    [
      'the document does not list the query parameter `filterby`; did you mean `filterBy`?',
      { url: `${COUNT_URL}?filterby=a` },
    ],
    [
      'the document does not list the field `permissionSets[0].nmae`',
      { method: 'POST', url: '/api/v2/authorization/roles', sent: ROLE, status: 500 },
    ],
    [
      'The body is not valid; expected another combination of fields, got `name`, `inferenceUrl`.',
      { method: 'POST', url: '/v2/nvcf/functions', sent: { name: 'f', inferenceUrl: '/' }, status: 500 },
    ],
    ['the body is not JSON', { method: 'POST', url: KEYS_URL, sent: '{', status: 500 }],
    ['the document has no body for this request', { url: COUNT_URL, sent: {} }],
  ])('%s', async (message, recorded) => {
    expect(await findViolations({ answer: COUNT, ...recorded })).toEqual([
      expect.stringContaining(`request: ${message}`),
    ]);
  });
});

describe('a violation of a response is reported:', () => {
  it.each<[string, Omit<Recorded, 'url'>]>([
    ['the document does not list the status 299', { status: 299, answer: COUNT }],
    ['does not list the media type text/plain', { answer: 'two', type: 'text/plain' }],
    ['must NOT have additional properties: `more`', { answer: { count: 2, more: 1 } }],
    ['is not JSON', { answer: '{' }],
  ])('%s', async (message, recorded) => {
    const [first = ''] = await findViolations({ url: COUNT_URL, ...recorded });
    expect(first).toContain('answer: ');
    expect(first).toContain(message);
  });
});

it("requests to the vendors' hosts are checked as the server routes them", async () => {
  const catalogue = 'https://integrate.api.nvidia.com/v1';
  const { body } = await check(
    entry({ url: `${catalogue}/models/a/b`, status: 404, type: 'text/plain', answer: 'no' }),
    entry({ method: 'POST', url: `${catalogue}/embeddings`, sent: { model: 'a/b' }, status: 500 }),
    entry({ method: 'POST', url: 'https://ai.api.nvidia.com/v1/genai/a/b', sent: {}, status: 500 }),
    entry({ method: 'POST', url: 'https://llm.invocation.api.nvcf.nvidia.com/v1/embeddings', sent: {}, status: 500 }),
    entry({
      method: 'PUT',
      url: 'https://3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001.invocation.api.nvcf.nvidia.com/any/path?a=1',
      sent: 'x',
      answer: 'y',
    }),
    entry({ url: 'https://acme.run.ai/api/v1/users/count', answer: COUNT }),
    entry({ url: 'http://user:pw@proxy.test:8080/w/alice/api/v1/users/count', answer: COUNT }),
  );

  expect(body).toMatchObject({ checked: 7, skipped: 0 });
  expect(
    body.violations.map(({ place, operation }: { place: string; operation: string }) => [place, operation]),
  ).toEqual([
    ['entry 2', 'createEmbedding'],
    ['entry 4', 'createEmbedding'],
  ]);
  expect(
    body.conforming.map(({ service, operation }: { service: string; operation: string }) => [service, operation]),
  ).toEqual([
    ['catalogue', 'getModelOfCompany'],
    ['catalogue', 'callEndpoint'],
    ['nvcf', 'invokeAtOwnHost'],
    ['runai', 'count_users'],
    ['runai', 'count_users'],
  ]);
});

it('skipped requests are listed with their URL and the reason, without secrets', async () => {
  const { body } = await check(
    entry({ url: `https://me:secret@files.test/data/nvapi-${'k'.repeat(64)}?token=secret` }),
    entry({ url: '/api/v1/org-unit/projects/telemetry' }),
    entry({ method: 'OPTIONS', url: 'https://api.nvcf.nvidia.com/v2/nvcf/functions' }),
    entry({ url: COUNT_URL, answer: COUNT }),
  );

  expect([body.checked, body.skipped, body.total]).toEqual([1, 3, 0]);
  expect(body.skippedRequests).toEqual([
    {
      place: 'entry 1',
      method: 'GET',
      url: expect.stringMatching(/^https:\/\/files\.test\/data\//),
      what: 'no documented API',
    },
    {
      place: 'entry 2',
      method: 'GET',
      url: 'https://acme.example/api/v1/org-unit/projects/telemetry',
      what: 'the mock does not emulate `GET /api/v1/org-unit/projects/telemetry` of runai',
    },
    {
      place: 'entry 3',
      method: 'OPTIONS',
      url: 'https://api.nvcf.nvidia.com/v2/nvcf/functions',
      what: 'a CORS preflight request',
    },
  ]);
  expect(JSON.stringify(body.skippedRequests)).not.toMatch(/secret|nvapi-k/);
});

it.each<[url: string, checked: boolean]>([
  ['https://11111111-1111-4111-8111-111111111111.invocation.nvcf.nvidia.com/any', true],
  ['http://11111111-1111-4111-8111-111111111111.invocation.localhost:6625/any', true],
  ['https://11111111-1111-4111-8111-111111111111.invocation.acme.test/any', false],
  ['https://llm.invocation.acme.test/v1/models', false],
  ['https://integrate.api.acme.test/api/v1/users/count', true],
  ['https://integrate.api.acme.test/v1/models', false],
  ['http://integrate.localhost:6625/v1/models', true],
  // Left out at another host only.
  ['https://acme.run.ai/v2/nvcf/accounts/a/deployments', true],
])('only a host of the vendors or of the mock tells the operation: %s', async (url, isChecked) => {
  const { body } = await check({ request: { method: 'GET', url, headers: [] } });

  expect([body.checked, body.skipped]).toEqual(isChecked ? [1, 0] : [0, 1]);
});

it.each(listVendorHosts())('no request to %s is skipped, because the server serves the host', async (host) => {
  const url = `https://${host.replace('*', 'x')}/no/such/path`;
  const { body } = await check({ request: { method: 'GET', url, headers: [] } });

  expect([body.checked, body.skipped]).toEqual([1, 0]);
});

it('conforming requests are counted, and requests outside of the documented APIs are skipped', async () => {
  const { body } = await check(
    entry({ url: COUNT_URL, answer: COUNT }),
    entry({ url: '/w/other/api/v1/users/count', answer: COUNT }),
    entry({ url: '/style.css', type: 'text/css', answer: 'a {}' }),
    entry({ method: 'OPTIONS', url: COUNT_URL, status: 204, answer: '' }),
    entry({ url: COUNT_URL, status: 0, answer: '' }),
    entry({ url: COUNT_URL, status: 502, type: 'text/html', answer: '<html>' }),
  );
  expect(body).toMatchObject({ checked: 4, skipped: 2, total: 0, violations: [] });
  expect(body.conforming.map(({ place }: { place: string }) => place)).toEqual([
    'entry 1',
    'entry 2',
    'entry 5',
    'entry 6',
  ]);
  expect(body.conforming[0]).toEqual({
    place: 'entry 1',
    method: 'GET',
    path: '/api/v1/users/count',
    status: 200,
    service: 'runai',
    operation: 'count_users',
  });
});

it('the fields of a token request are read and named as by the server, which names a doubled field as sent', async () => {
  const send = { grantType: 'client_credentials', clientSecret: 'x' };
  const bodies = [
    { ...send, clientID: 'a', clientId: 'b' },
    { ...send, client_id: 'a' },
    { ...send, clientID: 7 },
  ];
  const url = '/api/v1/token';
  const { body } = await check(...bodies.map((sent) => entry({ method: 'POST', url, sent, status: 503 })));
  const answers = await Promise.all(bodies.map((sent) => server.call(`POST ${url}`, { body: sent })));
  const [twice, , wrongType] = answers.map(({ body }) => body.message);

  expect(twice).toBe('The body has one field in two spellings, `clientID` and `clientId`. Send only one of them.');
  expect(body.violations.map(({ what }: { what: string }) => what)).toEqual([
    twice,
    'the document does not list the field `client_id`; did you mean `clientId`?',
    wrongType,
  ]);
});

it("the mock's own 404 of an unknown world is not checked as the vendor's", async () => {
  const url = '/w/missing/api/v1/users';
  const { status, body: answer, headers } = await server.call(`GET ${url}`);
  const type = String(headers['content-type']).replace(/;.*/, '');
  const { body } = await check(entry({ url, status, answer, type }));

  expect(status).toBe(404);
  expect(body).toMatchObject({ checked: 1, violations: [] });
});

it('a body that was announced by `content-length`, but not recorded, is not reported as missing', async () => {
  const refused = { method: 'POST', url: KEYS_URL, status: 403, answer: { code: 403, message: 'no' } };
  const headers = [{ name: 'Content-Length', value: '20' }];
  const { body } = await check(entryWith({ bodySize: -1, headers }, refused), entryWith({ bodySize: -1 }, refused));
  expect(body.violations).toEqual([
    expect.objectContaining({ place: 'entry 2', what: 'The request has no body; expected a JSON object.' }),
  ]);
});

it('credentials in recorded traffic are in no hint', async () => {
  const key = `nvapi-${'R'.repeat(64)}`;
  const { status } = await check(entryWith({ headers: [{ name: 'Authorization', value: `Bearer ${key}` }] }));
  expect(status).toBe(200);
  expect(await listHints(server)).toEqual([]);
});

it('violations in the journal have the id of their request', async () => {
  const token = await server.tokenOf(admin);
  await server.call('GET /api/v1/users?filterby=type==user', { token });
  await server.call('POST /api/v1/access-keys', { token, body: { name: 'fine', desciption: 'x' } });
  const { body } = await server.call(CHECK, { body: {} });
  const { requests } = (await server.call('GET /_mock/requests')).body;
  expect(body.violations.map(({ place, what }: { place: string; what: string }) => [place, what])).toEqual([
    [requests[1].id, 'the document does not list the query parameter `filterby`; did you mean `filterBy`?'],
    [requests[0].id, expect.stringContaining('does not list the field `desciption`')],
  ]);
});

describe.each<[string, () => Promise<unknown>]>([
  ['the journal', async () => undefined],
  ['an archive of the journal', async () => (await server.call('GET /_mock/requests/har')).body],
])('in %s,', (_, archive) => {
  const readViolations = async () => (await server.call(CHECK, { body: await archive() })).body.violations;

  it('a form is checked by its fields', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'grant_type=client_credentials&client_id=ci-app&client_secret=wrong&scopes=openid';
    await server.call('POST /auth/realms/acme/protocol/openid-connect/token', { headers, body });

    expect(await readViolations()).toEqual([
      expect.objectContaining({
        operation: 'grant_realm_token',
        what: 'the document does not list the field `scopes`; did you mean `scope`?',
      }),
    ]);
  });

  it('redacted secrets are not checked, but the rest of the request is', async () => {
    const { ngc } = (await server.call('GET /_mock/cast')).body;
    const token = ngc.keys[0].key;
    await server.call('GET /v2/nvcf/registry-credentials', { token });
    await server.call('PATCH /v2/nvcf/registry-credentials/none', { token, body: { secret: { name: 'x' } } });

    expect(await readViolations()).toEqual([
      expect.objectContaining({ operation: 'updateRegistryCredential', part: 'request' }),
    ]);
  });

  it('a truncated body is not checked', async () => {
    const { ngc, nvcf } = (await server.call('GET /_mock/cast')).body;
    const request = `POST /v2/nvcf/pexec/functions/${nvcf.functions[0].functionId}`;
    const { status } = await server.call(request, { token: ngc.keys[0].key, body: { message: 'x'.repeat(70_000) } });

    expect([status, await readViolations()]).toEqual([200, []]);
  });
});

it('the report lists every request of a full journal, which has 2000 of a kind', async () => {
  const { body } = await check(...Array(2001).fill(entry({ url: COUNT_URL, answer: COUNT })));

  expect([body.checked, body.conforming.length]).toEqual([2001, 2001]);
});

describe('a very large entry:', () => {
  const repeat = (length: number) => Array.from({ length }, (_, at) => ({ name: `name${at}`, value: 'x' }));
  const entryWithQuery = (length: number) => {
    const query = repeat(length).map(({ name }) => `${name}=1`);
    return entry({ url: `${COUNT_URL}?${query.join('&')}`, answer: COUNT });
  };
  const CREATION = { method: 'POST', url: '/api/v1/users', status: 500 };
  const FORM = { mimeType: 'application/x-www-form-urlencoded', params: repeat(200_000) };

  it.each<[what: string, recorded: object, expected: unknown[]]>([
    [
      'a URL with 200,000 query parameters is reported as too long',
      entryWithQuery(200_000),
      ['the URL is longer than 65536 characters'],
    ],
    ['200,000 headers are not reported', entryWith({ headers: repeat(200_000) }), []],
    ['a body of two million characters is not checked', entry({ ...CREATION, sent: 'x'.repeat(2_000_000) }), []],
    ['a form with 200,000 fields is not checked', entryWith({ postData: FORM }, CREATION), []],
  ])('%s', async (_what, recorded, expected) => {
    const { status, body } = await check(recorded);

    expect(status).toBe(200);
    expect(body.checked).toBe(1);
    expect(body.violations.map(({ what }: { what: string }) => what)).toEqual(expected);
  });

  it('at most 20 unknown query parameters are reported', async () => {
    const { body } = await check(entryWithQuery(5000));

    expect(body.total).toBe(20);
  });
});

describe('an invalid archive is rejected with 400:', () => {
  it.each<[string, unknown]>([
    ['without entries', { log: { version: '1.2' } }],
    ['without `log`', { entries: [] }],
  ])('%s', async (_, body) => {
    const answer = await server.call(CHECK, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/entries|HTTP Archive/);
  });
});
