import { beforeEach, describe, expect, it } from 'vitest';
import { admin, researcher } from '../../support/cast.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { resetTestServer, type TestServer, testServer } from '../../support/server.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const server = await testServer();
const readAssertion = (name: string, on: TestServer = server) => on.call(`GET /_mock/requests/assertions/${name}`);
const advanceClock = (by: string) => server.call('POST /_mock/clock/advance', { body: { by } });
const injectFault = (operation: string, action: object) =>
  server.call('POST /_mock/faults', { body: { match: { operation }, times: 1, do: action } });

/** Returns `passed`, or the paths and statuses of the requests of a failed assertion. */
const readOutcome = async (name: string, on: TestServer = server) => {
  const { status: answerStatus, body } = await readAssertion(name, on);
  expect(answerStatus, JSON.stringify(body)).toBe(200);
  const lines = body.requests.map(({ path, status }: { path: string; status: number }) => `${path} ${status}`);
  return body.passed ? 'passed' : lines;
};

beforeEach(async () => {
  await resetTestServer(server);
});

describe('token-fetched-once', () => {
  it('passes for a client that keeps its token until shortly before it expires', async () => {
    const token = await server.tokenOf(admin);
    for (const path of ['/api/v1/users', '/api/v1/authorization/roles']) await server.call(`GET ${path}`, { token });
    await advanceClock('54m');
    await server.tokenOf(admin);

    expect(await readOutcome('token-fetched-once')).toBe('passed');
  });

  it('fails with both requests for a client that fetches a token while it has a valid token', async () => {
    await server.tokenOf(admin);
    await server.tokenOf(researcher);
    await advanceClock('53m');
    await server.tokenOf(admin);

    const { body } = await readAssertion('token-fetched-once');
    expect(body).toMatchObject({
      name: 'token-fetched-once',
      passed: false,
      sentence: expect.stringContaining('Expected none'),
      requests: [
        { operation: 'grant_token', principal: { name: admin.email }, request: { body: null } },
        { operation: 'grant_token', principal: { name: admin.email }, response: { body: null } },
      ],
    });
  });

  it('passes for a client that fetches a token after a 401', async () => {
    const token = await server.tokenOf(admin);
    await injectFault('get_users', { status: 401 });
    await server.call('GET /api/v1/users', { token });
    await server.tokenOf(admin);

    expect(await readOutcome('token-fetched-once')).toBe('passed');
  });

  it.each([
    ['is not issued', { status: 503 }],
    ['is issued but not sent', { status: 503, after: true }],
    ['is lost with the connection', { drop: 'body' }],
    ['cannot be read', { body: 'truncated' }],
  ])('ignores a token that %s because of a fault', async (_title, action) => {
    await injectFault('grant_token', action);
    await server.tokenOf(admin).catch(() => undefined);
    await server.tokenOf(admin);

    expect(await readOutcome('token-fetched-once')).toBe('passed');
  });

  it('includes a token that a fault delays', async () => {
    await injectFault('grant_token', { delay: '1ms' });
    await server.tokenOf(admin);
    await server.tokenOf(admin);

    expect(await readOutcome('token-fetched-once')).toEqual(['/api/v1/token 200', '/api/v1/token 200']);
  });

  const { clientId, clientSecret } = admin.accessKey;
  const json = { grantType: 'client_credentials', clientId, clientSecret };
  const form = `${new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })}`;

  it.each([
    ['of version 1', 'POST /api/v1/token', { body: json }],
    ['of version 2', 'POST /api/v2/token', { body: form, headers: FORM }],
    ['of the realm', 'POST /auth/realms/acme/protocol/openid-connect/token', { body: form, headers: FORM }],
    [
      'of NGC',
      'GET /token',
      { headers: { authorization: `ApiKey ${ngcCast.keys.find(({ type }) => type === 'personal')?.key}` } },
    ],
  ])('includes the token endpoint %s', async (_title, call, parts) => {
    for (let time = 0; time < 2; time += 1) expect((await server.call(call, parts)).status).toBe(200);

    expect((await readAssertion('token-fetched-once')).body).toMatchObject({ passed: false, requests: [{}, {}] });
  });

  it('includes the token endpoint of Run:ai 2.19', async () => {
    const server219 = await testServer({ runai: '2.19' });
    const body = { grantType: 'app_token', appID: clientId, appSecret: clientSecret };
    for (let time = 0; time < 2; time += 1) await server219.call('POST /api/v1/token', { body });

    expect(await readOutcome('token-fetched-once', server219)).toEqual(['/api/v1/token 200', '/api/v1/token 200']);
  });
});

describe('token-sent-with-every-request', () => {
  it('passes if each protected request had a credential, even an invalid credential', async () => {
    const token = await server.tokenOf(admin);
    await server.call('GET /api/v1/users', { token });
    await server.call('GET /v2/nvcf/functions', { token: 'nonsense' });
    await server.call('GET /auth/realms/acme/protocol/openid-connect/certs');

    expect(await readOutcome('token-sent-with-every-request')).toBe('passed');
  });

  it('fails for requests without a credential, to any service', async () => {
    await server.call('GET /api/v1/users', { token: await server.tokenOf(admin) });
    for (const path of ['/api/v1/users', '/v2/nvcf/functions', '/api/v3/simulations/']) {
      await server.call(`GET ${path}`);
    }

    expect(await readOutcome('token-sent-with-every-request')).toEqual([
      '/api/v1/users 401',
      '/v2/nvcf/functions 401',
      '/api/v3/simulations/ 403',
    ]);
  });

  it('returns 409 if there are only public operations', async () => {
    await server.tokenOf(admin);

    expect((await readAssertion('token-sent-with-every-request')).status).toBe(409);
  });
});

describe('gave-up-after-forbidden', () => {
  it('passes for a client that continues with other requests', async () => {
    const { key } = castKey('nvcf-invoker');
    for (const name of ['one', 'other']) {
      const { status } = await server.call('POST /v2/nvcf/functions', { token: key, body: { name } });
      expect(status).toBe(403);
    }

    expect(await readOutcome('gave-up-after-forbidden')).toBe('passed');
  });

  it('fails for a client that retries, even if a test has read the journal in between', async () => {
    const call = { token: castKey('nvcf-invoker').key, body: { name: 'one' } };
    await server.call('POST /v2/nvcf/functions', call);
    await server.call('GET /_mock/requests');
    await server.call('POST /v2/nvcf/functions', call);

    expect(await readOutcome('gave-up-after-forbidden')).toEqual(['/v2/nvcf/functions 403', '/v2/nvcf/functions 403']);
  });

  it('passes if the retry is allowed, such as after an injected 403', async () => {
    const token = await server.tokenOf(admin);
    await injectFault('get_users', { status: 403 });
    await server.call('GET /api/v1/users', { token });
    await server.call('GET /api/v1/users', { token });

    expect(await readOutcome('gave-up-after-forbidden')).toBe('passed');
  });
});

describe('respected-retry-after', () => {
  it.each([
    ['passes for a client that waits on the clock of the world', '30s', 'passed'],
    ['fails for a client that does not wait long enough', '29s', ['/api/v1/token 503', '/api/v1/token 200']],
  ])('%s', async (_title, waited, result) => {
    await injectFault('grant_token', { status: 503, retryAfter: 30 });
    await server.tokenOf(admin);
    await advanceClock(waited);
    await server.tokenOf(admin);

    expect(await readOutcome('respected-retry-after')).toEqual(result);
  });

  it('passes for requests of another client', async () => {
    await injectFault('grant_token', { status: 503, retryAfter: 30 });
    await server.tokenOf(admin);
    await server.tokenOf(researcher);

    expect(await readOutcome('respected-retry-after')).toBe('passed');
  });
});

describe('called-only-documented-operations', () => {
  it('passes if each request has an operation', async () => {
    await server.call('GET /api/v1/users', { token: await server.tokenOf(admin) });

    expect(await readOutcome('called-only-documented-operations')).toBe('passed');
  });

  it('fails for an unknown path, an unknown method, and an operation of another version', async () => {
    await server.tokenOf(admin);
    await server.call('GET /api/v1/userz');
    await server.call('PUT /api/v1/users');
    await server.call('GET /api/v1/authorization/settings/enableScopedAuthorization');

    expect(await readOutcome('called-only-documented-operations')).toEqual([
      '/api/v1/userz 404',
      '/api/v1/users 405',
      '/api/v1/authorization/settings/enableScopedAuthorization 404',
    ]);
  });
});

describe('an assertion', () => {
  it.each([
    'token-fetched-once',
    'token-sent-with-every-request',
    'gave-up-after-forbidden',
    'respected-retry-after',
    'called-only-documented-operations',
  ])('returns 409 for an empty journal: %s', async (name) => {
    const answer = await readAssertion(name);

    expect(answer.status).toBe(409);
    expect(problemDocument(answer)).toContain(`\`${name}\` cannot be judged`);
  });

  it('returns 404 with the nearest name if it is unknown', async () => {
    const answer = await readAssertion('token-fetched-twice');

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('Did you mean `token-fetched-once`?');
  });

  it('covers only the requests of its world', async () => {
    await server.tokenOf(admin);
    await server.call('POST /_mock/worlds', { body: { id: 'other' } });

    expect((await server.call('GET /w/other/_mock/requests/assertions/token-fetched-once')).status).toBe(409);
  });
});
