import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createInProcessFetch } from '../../../src/library/in-process.ts';
import { admin, researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, testServer } from '../../support/server.ts';
import { openLine, requestBytes } from '../../support/wire.ts';

const server = await testServer();
const fingerprint = (secret: string) => server.world.activityLog.secrets.fingerprint(secret);
const { clientId, clientSecret } = admin.accessKey;
const order = { grantType: 'client_credentials', clientId, clientSecret };

const requests = async (query = '') => (await server.call(`GET /_mock/requests${query}`)).body.requests;
const newest = async () => (await requests())[0];
const expiryIn = (token: string) => new Date((decodeJwt(token).exp ?? 0) * 1000).toISOString();
const verify = async (body: unknown) => server.call('POST /_mock/requests/verify', { body });

/** What the refusal with this status says. */
const refused = (answer: Answer, status: number): string => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return problemDocument(answer);
};

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('the journal', () => {
  it('has a successful request for a token, with the client it was for, and without its secrets', async () => {
    const { body } = await server.grant(order);

    const entry = await newest();
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
        body: { ...order, clientSecret: fingerprint(clientSecret) },
        truncated: false,
      },
      response: { body: { accessToken: fingerprint(body.accessToken) } },
    });
    expect(JSON.stringify(entry)).not.toContain(clientSecret);
    expect(JSON.stringify(entry)).not.toContain(body.accessToken);
  });

  it('says when a token that was issued expires: from then on, it is refused', async () => {
    const { body } = await server.grant(order);
    const { tokenExpiresAt } = await newest();
    const listUsers = async () => (await server.call('GET /api/v1/users', { token: body.accessToken })).status;
    const at = async (time: number) => {
      await server.call('POST /_mock/clock/set', { body: { to: new Date(time).toISOString() } });
      return listUsers();
    };

    expect(tokenExpiresAt).toBe(expiryIn(body.accessToken));
    expect([await at(Date.parse(tokenExpiresAt) - 1), await at(Date.parse(tokenExpiresAt))]).toEqual([200, 401]);
    expect((await newest()).reason).toBe('expired_token');
    expect((await requests()).map((one: object) => 'tokenExpiresAt' in one)).toEqual([false, false, true]);
  });

  it('says when a token of a user of NGC expires', async () => {
    const { body } = await server.call('GET /token', { headers: { authorization: `ApiKey ${castKey('owner').key}` } });

    expect((await newest()).tokenExpiresAt).toBe(expiryIn(body.token));
  });

  it.each([
    ['POST /api/v1/access-keys', 400, 'Field `name` is missing'],
    ['GET /api/v1/userz', 404, 'No operation has the path `/api/v1/userz`.'],
    ['PUT /api/v1/users', 405, '`/api/v1/users` does not support PUT; use GET or HEAD or POST.'],
  ])('says what was wrong with a request that no decision is about: %s', async (call, status, explanation) => {
    const token = await server.tokenOf(admin);
    await server.call(call, { token, body: {} });

    expect(await newest()).toMatchObject({
      status,
      decision: null,
      explanation: expect.stringContaining(explanation),
    });
  });

  it('has the size of a body that was read, and none of one that was refused before', async () => {
    const sizeAfter = async (body: string, type: string) => {
      await server.call('POST /api/v1/token', { body, headers: { 'content-type': type } });
      return (await newest()).request.size;
    };

    expect([await sizeAfter('{}', 'application/json'), await sizeAfter('{', 'application/json')]).toEqual([2, 1]);
    expect([await sizeAfter('{}', 'foo'), await sizeAfter('x'.repeat(2 ** 21), 'application/json')]).toEqual([
      null,
      null,
    ]);
  });

  it('lists requests without bodies if they are not wanted, with what else it knows of them', async () => {
    await server.grant(order);

    const [[whole], [bare]] = [await requests(), await requests('?bodies=false')];
    expect(whole.request.body).toMatchObject({ clientId });
    const { request, response } = whole;
    expect(bare).toEqual({ ...whole, request: { ...request, body: null }, response: { ...response, body: null } });
  });

  it('shows that a token was used: its fingerprint is that of the answer that gave it', async () => {
    const token = await server.tokenOf(researcher);
    await server.call('GET /api/v1/users?limit=3', { token });

    const [used, granted] = await requests();
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

  it('has requests that reach no operation, and none of the switchboard', async () => {
    await server.call('GET /api/v1/usres');
    await server.call('DELETE /v2/nvcf/functions', { token: castKey('nvcf-deployer').key });
    await server.call('GET /nowhere');
    await server.call('GET /_mock/info');

    expect(
      (await requests()).map(({ service, operation, path, status }: never) => [service, operation, path, status]),
    ).toEqual([
      [null, null, '/nowhere', 404],
      ['nvcf', null, '/v2/nvcf/functions', 405],
      ['runai', null, '/api/v1/usres', 404],
    ]);
  });

  it('hides secrets wherever they are: in a path, a query, a form, a header of ours, a body that is not JSON', async () => {
    const key = castKey('nvcf-deployer').key;
    await server.call(`GET /v2/nvcf/functions/${key}?key=${key}`, {
      headers: { 'x-mock-admin-token': 'a-secret-token', cookie: 'a=b' },
    });
    await server.call('POST /api/v2/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=password&username=someone&password=hunter2hunter2',
    });
    await server.call('POST /api/v1/token', { body: '{"clientSecret":"half-of-a-secret' });

    const text = JSON.stringify(await requests());
    for (const secret of [key, 'a-secret-token', 'hunter2', 'half-of-a-secret', 'a=b'])
      expect(text).not.toContain(secret);
    expect((await requests('?operation=grant_token_v2'))[0].request.body).toMatchObject({
      grant_type: 'password',
      username: 'someone',
      password: fingerprint('hunter2hunter2'),
    });
  });

  it('keeps the beginning of a large body, and says how large it was', async () => {
    await server.grant({ ...order, padding: 'x'.repeat(100_000) });

    const { request } = await newest();
    expect(request.truncated).toBe(true);
    expect(request.size).toBeGreaterThan(100_000);
    expect(request.body.length).toBeGreaterThan(60_000);
    expect(request.body.length).toBeLessThanOrEqual(64 * 1024);
    expect(request.body).not.toContain(clientSecret);
  });

  it('is filtered by everything that a match has, and by what came since', async () => {
    await server.grant(order);
    const first = (await newest()).id;
    await server.grant({ ...order, clientSecret: 'wrong' });
    const token = await server.tokenOf(researcher);
    await server.call('GET /api/v1/users', { token });

    const ids = async (query: string) => (await requests(query)).length;
    expect(await ids('?operation=grant_token')).toBe(3);
    expect(await ids('?operation=grant_token&status=200')).toBe(2);
    expect(await ids('?reason=wrong_secret')).toBe(1);
    expect(await ids(`?principal=${admin.email}`)).toBe(2);
    expect(await ids(`?principal=${clientId}`)).toBe(2);
    expect(await ids('?method=get&path=/api/v1/users')).toBe(1);
    expect(await ids('?path=/api/{version}/token')).toBe(3);
    expect(await ids('?service=air')).toBe(0);
    expect(await ids(`?since=${first}`)).toBe(3);
    expect(await ids('?limit=1')).toBe(1);
  });

  it('is emptied by a reset, and counts what it had to drop', async () => {
    await server.grant(order);
    expect((await server.call('GET /_mock/requests')).body).toMatchObject({ dropped: 0 });
    await server.call('POST /_mock/reset');
    expect((await server.call('GET /_mock/requests')).body).toEqual({ requests: [], total: 0, dropped: 0, next: null });
  });

  it('shows one request by its id', async () => {
    await server.grant(order);
    const entry = await newest();
    expect((await server.call(`GET /_mock/requests/${entry.id}`)).body).toEqual(entry);
    expect(refused(await server.call('GET /_mock/requests/nothing'), 404)).toContain('No request has this id');
  });

  it.each([
    ['operation=grant_tokn', '`grant_token`'],
    ['operation=unlike_any', 'more, which `/docs` lists.'],
    ['operation=get_simulation&service=air', 'Expected one of `simulations_'],
    ['service=runay', '`runai`'],
    ['reason=missing_scop', '`missing_scope`'],
    ['status=299', '`300`'],
    ['status=99', 'from 100 to 599'],
    ['path=api/v1/token', 'such as `/api/v1/token`'],
    ['service=air&operation=grant_token', 'can never match'],
    ['since=yesterday', 'RFC 3339'],
  ])('refuses the filter %s, and says what would do', async (query, said) => {
    expect(refused(await server.call(`GET /_mock/requests?${query}`), 400)).toContain(said);
  });

  it('becomes an archive that tools of browsers open', async () => {
    await server.grant(order);
    const { body } = await server.call('GET /_mock/requests/har?operation=grant_token');
    expect(body.log).toMatchObject({ version: '1.2', creator: { name: 'nv-auth-mock' } });
    expect(body.log.entries).toHaveLength(1);
    expect(body.log.entries[0]).toMatchObject({
      request: {
        method: 'POST',
        url: 'http://localhost:6625/api/v1/token',
        postData: { mimeType: 'application/json' },
      },
      response: { status: 200, statusText: 'OK', content: { mimeType: 'application/json; charset=utf-8' } },
      timings: { send: 0, receive: 0 },
    });
    expect(JSON.stringify(body)).not.toContain(clientSecret);
  });
});

describe('verifying', () => {
  it('finds what came, as often as expected', async () => {
    await server.grant(order);
    await server.grant(order);
    const match = { operation: 'grant_token', body: { clientSecret } };

    expect((await verify({ match })).body).toMatchObject({ verified: true, count: 2, nearest: [] });
    expect((await verify({ match, times: 2 })).body.verified).toBe(true);
    expect((await verify({ match, times: 1 })).body.verified).toBe(false);
    expect((await verify({ match, atMost: 1 })).body.verified).toBe(false);
    expect((await verify({ match, atLeast: 3 })).body.verified).toBe(false);
    expect((await verify({ match: {}, atLeast: 2, atMost: 2 })).body.verified).toBe(true);
  });

  it('tells the nearest request if what was expected did not come, and how it differs', async () => {
    await server.call('GET /api/v1/users', { token: 'nonsense' });
    await server.grant({ ...order, clientSecret: 'wrong' });

    const { body } = await verify({ match: { operation: 'grant_token', status: 200, body: { clientSecret } } });
    expect(body.verified).toBe(false);
    expect(body.matched).toEqual([]);
    expect(body.nearest[0].request.operation).toBe('grant_token');
    expect(body.nearest[0].differs).toEqual([
      'status is `400`, not `200`',
      `body.clientSecret is \`"${fingerprint('wrong')}"\`, not \`"${fingerprint(clientSecret)}"\``,
    ]);
  });

  it('waits for a request that has not come yet', async () => {
    const waiting = verify({ match: { operation: 'grant_token' }, within: '30s' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.grant(order);
    expect((await waiting).body).toMatchObject({ verified: true, count: 1 });
  });

  it('waits until the end for a limit, unless that is exceeded', async () => {
    await server.grant(order);
    expect((await verify({ match: { operation: 'grant_token' }, times: 1, within: '20ms' })).body.verified).toBe(true);
    const waiting = verify({ match: { operation: 'grant_token' }, times: 1, within: '30s' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.grant(order);
    expect((await waiting).body).toMatchObject({ verified: false, count: 2 });
  });

  it('ends with a reset, and with its world', async () => {
    const waiting = verify({ match: { operation: 'grant_token' }, within: '30s' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.call('POST /_mock/reset');
    expect(refused(await waiting, 409)).toContain('cleared');

    await server.call('POST /_mock/worlds', { body: { id: 'short' } });
    const there = server.call('POST /w/short/_mock/requests/verify', { body: { match: {}, within: '30s' } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.call('DELETE /_mock/worlds/short');
    expect(refused(await there, 404)).toContain('The world `short` was deleted');
  });

  it('ends with its client', async () => {
    const { port } = await server.listen('127.0.0.1', 0);
    const { journal } = server.world.activityLog;
    const line = await openLine(port);
    const body = JSON.stringify({ match: { operation: 'grant_token' }, within: '30s' });
    const headers = ['Host: localhost', 'Content-Type: application/json'];
    line.send(requestBytes('POST /_mock/requests/verify', headers, body));
    await vi.waitFor(() => expect(journal.listenerCount).toBe(1));
    line.drop();
    await vi.waitFor(() => expect(journal.listenerCount).toBe(0));

    const aborting = new AbortController();
    const waiting = createInProcessFetch(server.app, 'http://localhost')('/_mock/requests/verify', {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: aborting.signal },
    });
    await vi.waitFor(() => expect(journal.listenerCount).toBe(1));
    aborting.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await vi.waitFor(() => expect(journal.listenerCount).toBe(0));
  });

  it('ends with the server, which is there no longer rather than its world', async () => {
    const stopping = await testServer();
    const body = { match: {}, within: '30s' };
    const waiting = stopping.call('POST /_mock/requests/verify', { body });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stopping.close();
    expect(refused(await waiting, 503)).toContain('server');
  });

  it.each([
    [{}, '`match`'],
    [{ match: { operation: 'grant_tokn' } }, 'Did you mean `grant_token`?'],
    [{ match: { method: 'GET', operation: 'grant_token' } }, 'can never match'],
    [
      { match: { status: 777 } },
      '`match.status`: `777` is not an HTTP status. Expected a whole number from 100 to 599.',
    ],
    [{ match: { status: 599 } }, 'HTTP has no status `599`, so it never matches. Did you mean `511`?'],
    [{ match: {}, times: 1, atLeast: 1 }, 'exclude each other'],
    [{ match: {}, atLeast: 3, atMost: 1 }, 'must not be above'],
    [{ match: {}, within: '2h' }, 'up to 60 s'],
    [{ match: {}, within: 'soon' }, 'up to 60 s'],
    [{ match: {}, times: -1 }, 'of at least 0'],
    [{ match: { opertion: 'x' } }, 'opertion'],
  ])('refuses %j', async (body, said) => {
    expect(refused(await verify(body), 400)).toContain(said);
  });
});
