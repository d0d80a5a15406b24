import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createInProcessFetch } from '../../../src/library/in-process.ts';
import { admin, researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, testServer } from '../../support/server.ts';
import { openLine, requestBytes } from '../../support/wire.ts';

const server = await testServer();
const fingerprint = (secret: string) => server.world.activityLog.secrets.fingerprint(secret);
const { clientId, clientSecret } = admin.accessKey;
const credentials = { grantType: 'client_credentials', clientId, clientSecret };

const listRequests = async (query = '') => (await server.call(`GET /_mock/requests${query}`)).body.requests;
const readNewestRequest = async () => (await listRequests())[0];
const readExpiry = (token: string) => new Date((decodeJwt(token).exp ?? 0) * 1000).toISOString();
const verify = async (body: unknown) => server.call('POST /_mock/requests/verify', { body });

/** Expects the status and returns the problem document as text. */
const readRefusal = (answer: Answer, status: number): string => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return problemDocument(answer);
};

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('the journal', () => {
  it('contains a successful token request with its client and without secrets', async () => {
    const { body } = await server.grant(credentials);

    const entry = await readNewestRequest();
    expect(entry).toMatchObject({
      world: 'default',
      service: 'runai',
      operation: 'grant_token',
      method: 'POST',
      path: '/api/v1/token',
      query: {},
      status: 200,
      principal: { name: admin.email, clientId },
      reason: null,
      decision: null,
      hints: [],
      fault: null,
      done: true,
      request: {
        headers: { 'content-type': 'application/json' },
        body: { ...credentials, clientSecret: fingerprint(clientSecret) },
        truncated: false,
      },
      response: { body: { accessToken: fingerprint(body.accessToken) } },
    });
    expect(JSON.stringify(entry)).not.toContain(clientSecret);
    expect(JSON.stringify(entry)).not.toContain(body.accessToken);
  });

  it('contains the time from which an issued token is rejected', async () => {
    const { body } = await server.grant(credentials);
    const { tokenExpiresAt } = await readNewestRequest();
    const listUsers = async () => (await server.call('GET /api/v1/users', { token: body.accessToken })).status;
    const listUsersAt = async (time: number) => {
      await server.call('POST /_mock/clock/set', { body: { to: new Date(time).toISOString() } });
      return listUsers();
    };

    expect(tokenExpiresAt).toBe(readExpiry(body.accessToken));
    expect([await listUsersAt(Date.parse(tokenExpiresAt) - 1), await listUsersAt(Date.parse(tokenExpiresAt))]).toEqual([
      200, 401,
    ]);
    expect((await readNewestRequest()).reason).toBe('expired_token');
    expect((await listRequests()).map((entry: object) => 'tokenExpiresAt' in entry)).toEqual([false, false, true]);
  });

  it('contains the expiry of a token of an NGC user', async () => {
    const { body } = await server.call('GET /token', { headers: { authorization: `ApiKey ${castKey('owner').key}` } });

    expect((await readNewestRequest()).tokenExpiresAt).toBe(readExpiry(body.token));
  });

  it.each([
    ['POST /api/v1/access-keys', 400, 'Field `name` is missing'],
    ['GET /api/v1/userz', 404, 'No operation has the path `/api/v1/userz`.'],
    ['PUT /api/v1/users', 405, '`/api/v1/users` does not support PUT; use GET or HEAD or POST.'],
  ])('contains an explanation for a rejected request without a decision: %s', async (call, status, explanation) => {
    const token = await server.tokenOf(admin);
    await server.call(call, { token, body: {} });

    expect(await readNewestRequest()).toMatchObject({
      status,
      decision: null,
      explanation: expect.stringContaining(explanation),
    });
  });

  it('contains the size of a body, or null if the body was not read', async () => {
    const readSize = async (body: string, type: string) => {
      await server.call('POST /api/v1/token', { body, headers: { 'content-type': type } });
      return (await readNewestRequest()).request.size;
    };

    expect([await readSize('{}', 'application/json'), await readSize('{', 'application/json')]).toEqual([2, 1]);
    expect([await readSize('{}', 'foo'), await readSize('x'.repeat(2 ** 21), 'application/json')]).toEqual([
      null,
      null,
    ]);
  });

  it('omits only the bodies with `bodies=false`', async () => {
    await server.grant(credentials);

    const [[whole], [bare]] = [await listRequests(), await listRequests('?bodies=false')];
    expect(whole.request.body).toMatchObject({ clientId });
    const { request, response } = whole;
    expect(bare).toEqual({ ...whole, request: { ...request, body: null }, response: { ...response, body: null } });
  });

  it('has the same fingerprint of a token where it is issued and where it is used', async () => {
    const token = await server.tokenOf(researcher);
    await server.call('GET /api/v1/users?limit=3', { token });

    const [used, granted] = await listRequests();
    expect(used.request.headers.authorization).toBe(`Bearer ${granted.response.body.accessToken}`);
    expect(used).toMatchObject({
      operation: 'get_users',
      query: { limit: '3' },
      status: 403,
      reason: 'missing_permission',
      principal: { name: researcher.email },
      done: false,
    });
    expect(used.decision).toBe((await server.call('GET /_mock/decisions')).body.decisions[0].id);
  });

  it('contains requests without an operation, but none to the control API', async () => {
    await server.call('GET /api/v1/usres');
    await server.call('DELETE /v2/nvcf/functions', { token: castKey('nvcf-deployer').key });
    await server.call('GET /nowhere');
    await server.call('GET /_mock/info');

    expect(
      (await listRequests()).map(({ service, operation, path, status }: never) => [service, operation, path, status]),
    ).toEqual([
      [null, null, '/nowhere', 404],
      ['nvcf', null, '/v2/nvcf/functions', 405],
      ['runai', null, '/api/v1/usres', 404],
    ]);
  });

  it('is filtered by every member of a match and by `since`', async () => {
    await server.grant(credentials);
    const first = (await readNewestRequest()).id;
    await server.grant({ ...credentials, clientSecret: 'wrong' });
    const token = await server.tokenOf(researcher);
    const { decision } = await server.call('GET /api/v1/users', { token });

    const countRequests = async (query: string) => (await listRequests(query)).length;
    expect(await countRequests('?operation=grant_token')).toBe(3);
    expect(await countRequests('?operation=grant_token&status=200')).toBe(2);
    expect(await countRequests('?reason=wrong_secret')).toBe(1);
    expect(await countRequests(`?principal=${admin.email}`)).toBe(2);
    expect(await countRequests(`?principal=${clientId}`)).toBe(2);
    expect(await countRequests('?method=get&path=/api/v1/users')).toBe(1);
    expect(await countRequests('?path=/api/{version}/token')).toBe(3);
    expect(await countRequests('?service=air')).toBe(0);
    expect(await countRequests(`?since=${first}`)).toBe(3);
    expect(await countRequests('?limit=1')).toBe(1);
    expect(await listRequests(`?decision=${decision.id}`)).toEqual([await readNewestRequest()]);
    expect(await countRequests(`?decision=${decision.id}&operation=grant_token`)).toBe(0);
    expect(await countRequests('?decision=unknown')).toBe(0);
    const { log } = (await server.call(`GET /_mock/requests/har?decision=${decision.id}`)).body;
    expect(log.entries).toMatchObject([{ request: { url: 'http://localhost:6625/api/v1/users' } }]);
  });

  it('returns a request by its id', async () => {
    await server.grant(credentials);
    const entry = await readNewestRequest();
    expect((await server.call(`GET /_mock/requests/${entry.id}`)).body).toEqual(entry);
    expect(readRefusal(await server.call('GET /_mock/requests/nothing'), 404)).toContain('No request has this id');
  });

  it.each([
    ['operation=unlike_any', 'more, which `/docs` lists.'],
    ['operation=get_simulation&service=air', 'Expected one of `simulations_'],
    ['service=runay', '`runai`'],
    ['reason=missing_scop', '`missing_scope`'],
    ['status=99', 'from 100 to 599'],
    ['path=api/v1/token', 'such as `/api/v1/token`'],
    ['service=air&operation=grant_token', 'can never match'],
    ['since=yesterday', 'RFC 3339'],
  ])('rejects the filter %s and suggests a valid one', async (query, message) => {
    expect(readRefusal(await server.call(`GET /_mock/requests?${query}`), 400)).toContain(message);
  });
});

describe('a verification', () => {
  it('with an upper limit waits until the end or until the limit is exceeded', async () => {
    await server.grant(credentials);
    expect((await verify({ match: { operation: 'grant_token' }, times: 1, within: '20ms' })).body.verified).toBe(true);
    const pending = verify({ match: { operation: 'grant_token' }, times: 1, within: '30s' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.grant(credentials);
    expect((await pending).body).toMatchObject({ verified: false, count: 2 });
  });

  it('is rejected at a reset and when its world is deleted', async () => {
    const pending = verify({ match: { operation: 'grant_token' }, within: '30s' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.call('POST /_mock/reset');
    expect(readRefusal(await pending, 409)).toContain('cleared');

    await server.call('POST /_mock/worlds', { body: { id: 'short' } });
    const inWorld = server.call('POST /w/short/_mock/requests/verify', { body: { match: {}, within: '30s' } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.call('DELETE /_mock/worlds/short');
    expect(readRefusal(await inWorld, 404)).toContain('The world `short` was deleted');
  });

  it('may wait for 60 seconds', async () => {
    await server.call('GET /api/v1/users');
    const { status, body } = await verify({ match: { operation: 'get_users' }, within: '60s' });

    expect([status, body.verified]).toEqual([200, true]);
  });

  it('stops when its client disconnects', async () => {
    const { port } = await server.listen('127.0.0.1', 0);
    const { journal } = server.world.activityLog;
    const line = await openLine(port);
    const body = JSON.stringify({ match: { operation: 'grant_token' }, within: '30s' });
    const headers = ['Host: localhost', 'Content-Type: application/json'];
    line.send(requestBytes('POST /_mock/requests/verify', headers, body));
    await expect.poll(() => journal.listenerCount).toBe(1);
    line.drop();
    await expect.poll(() => journal.listenerCount).toBe(0);

    const aborting = new AbortController();
    const pending = createInProcessFetch(server.app, 'http://localhost')('/_mock/requests/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: aborting.signal,
    });
    await expect.poll(() => journal.listenerCount).toBe(1);
    aborting.abort();
    await expect(pending).rejects.toThrow('aborted');
    await expect.poll(() => journal.listenerCount).toBe(0);
  });

  it('is rejected with 503 when the server stops', async () => {
    const stopping = await testServer();
    const body = { match: {}, within: '30s' };
    const pending = stopping.call('POST /_mock/requests/verify', { body });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stopping.close();
    expect(readRefusal(await pending, 503)).toContain('server');
  });

  it.each([
    [{}, '`match`'],
    [{ match: { reason: 'bad_luck' } }, 'which `GET /_mock/tables/{service}` lists'],
    [
      { match: { status: 777 } },
      '`match.status`: `777` is not an HTTP status. Expected a whole number from 100 to 599.',
    ],
    [{ match: {}, times: 1, atLeast: 1 }, 'exclude each other'],
    [{ match: {}, atLeast: 3, atMost: 1 }, 'must not be above'],
    [{ match: {}, within: '60.001s' }, 'up to 60 s'],
    [{ match: {}, times: -1 }, 'of at least 0'],
    [{ match: { opertion: 'x' } }, 'opertion'],
  ])('is rejected as %j', async (body, message) => {
    expect(readRefusal(await verify(body), 400)).toContain(message);
  });
});
