/** Invocation of a function at its own host name. */
import type { HTTPMethods } from 'fastify';
import { describe, expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';
import { ACME, environment, FOREIGN, FULL, GLOBEX, NOBODY, nvcfServer, placeOf } from '../../support/nvcf-client.ts';
import { START } from '../../support/server.ts';
import { chunked, requestBytes, send } from '../../support/wire.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const [echo, slow] = [placeOf('echo'), placeOf('slow')];
const hidden = placeOf('private');
const hostOf = (functionId: string, rest = 'invocation.localhost:6625') => `${functionId}.${rest}`;

const server = await nvcfServer();

interface RequestOptions {
  readonly host?: string;
  readonly headers?: Record<string, string>;
  readonly key?: string | null;
  readonly body?: string | Buffer;
}

/** Sends a request such as `GET /path` to the host of a function. */
async function sendToHost(request: string, { host, headers, key = FULL, body }: RequestOptions = {}, on = server) {
  const space = request.indexOf(' ');
  const response = await on.app.inject({
    method: request.slice(0, space) as HTTPMethods,
    url: request.slice(space + 1),
    headers: {
      host: host ?? hostOf(echo.functionId),
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body !== undefined && { payload: body }),
  });
  const decision = response.headers['x-mock-decision'];
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes: response.rawPayload,
    text: response.body,
    decision: decision === undefined ? null : JSON.parse(String(decision)),
  };
}

type HostResponse = Awaited<ReturnType<typeof sendToHost>>;

/** Expects an error in the format of the invocation plane. */
function expectHostProblem(
  { status, headers, text }: HostResponse,
  expectedStatus: number,
  title: string,
  detail: unknown,
): void {
  expect(String(headers['content-type'])).toMatch(/^application\/problem\+json(;|$)/);
  expect({ status, body: JSON.parse(text) }).toEqual({
    status: expectedStatus,
    body: { title, status: expectedStatus, detail },
  });
}

const notFound = (functionId: string, account = ACME) => `Function '${functionId}': Not found for account '${account}'`;

describe('an echo function at its own host', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'QUERY', 'PROPFIND'])(
    'returns the bytes of a %s request',
    async (method) => {
      const body = Buffer.from([0, 255, 13, 10, 128, 7]);
      const { status, headers, bytes } = await sendToHost(`${method} /any/path?q=1`, {
        body,
        headers: { 'content-type': 'application/x-custom' },
      });

      expect(status).toBe(200);
      expect(bytes.equals(body)).toBe(true);
      expect(headers).toMatchObject({ 'content-type': 'application/x-custom', 'nvcf-status': 'fulfilled' });
      expect(headers['nvcf-reqid']).toMatch(UUID);
    },
  );

  it.each([
    ['application/json', '{"text": "with  its   spaces", "text": "twice"}'],
    ['application/json', '{ broken'],
    ['application/json; charset=utf-16', '{"__proto__": {"constructor": 1}}'],
    ['foo', '{"of": "a type that is none"}'],
  ])('returns a body of %s unchanged: %s', async (contentType, body) => {
    const { status, headers, text } = await sendToHost('POST /v1/chat', {
      body,
      headers: { 'content-type': contentType },
    });

    expect({ status, text }).toEqual({ status: 200, text: body });
    expect(headers['content-type']).toBe(contentType);
  });

  it('returns bytes with a missing or empty content type', async () => {
    for (const method of ['GET', 'QUERY', 'POST']) {
      const untyped = await sendToHost(`${method} /`, { body: 'abc' });
      const empty = await sendToHost(`${method} /`, { body: 'abc', headers: { 'content-type': '' } });

      expect([untyped.status, untyped.text, untyped.headers['content-type']]).toEqual([
        200,
        'abc',
        'application/octet-stream',
      ]);
      expect([empty.status, empty.text, empty.headers['content-type']]).toEqual([200, 'abc', '']);
    }
  });

  it('returns no body for a request without a body', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { status, bytes } = await sendToHost(`${method} /`);

      expect({ status, length: bytes.length }).toEqual({ status: 200, length: 0 });
    }
  });

  it.each([
    'GET /_mock/health',
    'GET /v2/nvcf/functions',
    'GET /_hosts',
    'GET /%zz',
    'GET //double//slashes/',
    'GET /?%zz',
  ])('receives %s', async (request) => {
    const { status, text, headers } = await sendToHost(request, {
      body: 'mine',
      headers: { 'content-type': 'text/x-mine' },
    });

    expect({ status, text, type: headers['content-type'] }).toEqual({ status: 200, text: 'mine', type: 'text/x-mine' });
  });

  it.each([
    ['in upper case', hostOf(echo.functionId).toUpperCase()],
    ['without a port', `${echo.functionId}.invocation.localhost`],
    ['with another port', hostOf(echo.functionId, 'invocation.localhost:1')],
    ['of another domain', hostOf(echo.functionId, 'invocation.api.nvcf.nvidia.com')],
  ])('is found with a host %s', async (_what, host) => {
    expect((await sendToHost('GET /', { host })).status).toBe(200);
  });

  it('has recorded decisions', async () => {
    const { decision } = await sendToHost('POST /v1/chat?secret=1', { body: 'hello' });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(decision).toEqual({ id: decision.id, effect: 'allow' });
    expect(body).toMatchObject({
      effect: 'allow',
      operation: 'invokeAtOwnHost',
      request: { method: 'POST', path: '/v1/chat' },
      principal: { name: 'nvcf-full-access' },
    });
    expect(body.target).toBe(echo.functionId);
    expect(JSON.stringify(body)).not.toContain('hello');
  });
});

describe('a function at its own host', () => {
  it('returns its configured answer as JSON', async () => {
    const { functionId } = await server.deployed(environment({ NV_AUTH_MOCK_ANSWER: '{"made":"up"}' }));
    const { status, text, headers } = await sendToHost('PUT /x', { host: hostOf(functionId), body: 'anything' });

    expect({ status, body: JSON.parse(text) }).toEqual({ status: 200, body: { made: 'up' } });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['nvcf-status']).toBe('fulfilled');
  });

  it('returns 202 if it is slow, and is polled at the API', async () => {
    const world = await nvcfServer();
    const first = await sendToHost('POST /', { host: hostOf(slow.functionId), body: '{}' }, world);
    expect(first.status).toBe(202);
    expect(first.headers['nvcf-status']).toBe('in-progress');

    world.clock.set(START + 30_000);
    const { status, body } = await world.acme(`GET pexec/status/${first.headers['nvcf-reqid']}`);
    expect({ status, body }).toEqual({ status: 200, body: { text: 'worth waiting for' } });
  });

  it('of another account is not found', async () => {
    for (const functionId of [hidden.functionId, NOBODY]) {
      const detail = notFound(functionId);
      expectHostProblem(await sendToHost('GET /', { host: hostOf(functionId) }), 404, 'Not Found', detail);
    }
    const foreign = await sendToHost('GET /', { key: FOREIGN });
    expectHostProblem(foreign, 404, 'Not Found', notFound(echo.functionId, GLOBEX));
  });

  it('validates NVCF-POLL-SECONDS, of which the official client sends 5', async () => {
    const sendPolled = (seconds: string) =>
      sendToHost('POST /', { headers: { 'nvcf-poll-seconds': seconds }, body: '{}' });

    expect((await sendPolled('5')).status).toBe(200);
    expectHostProblem(await sendPolled('3601'), 400, 'Bad Request', expect.stringContaining('NVCF-POLL-SECONDS'));
  });

  it('rejects a body of more than 1 MiB with 413', async () => {
    const answer = await sendToHost('POST /', { body: 'x'.repeat(1024 * 1024 + 1) });

    expectHostProblem(answer, 413, 'Content Too Large', expect.stringMatching(/\w/));
    expect((await sendToHost('POST /', { body: 'x'.repeat(1024 * 1024) })).status).toBe(200);
  });
});

describe('a request to the host of a function', () => {
  it('is rejected with 401 in plain text without a header', async () => {
    const { status, text, headers, decision } = await sendToHost('GET /health', { key: null });

    expect({ status, text }).toEqual({ status: 401, text: 'Header of type `authorization` was missing' });
    expect(headers['content-type']).toMatch(/^text\/plain(;|$)/);
    expect(decision).toMatchObject({ effect: 'deny', reason: 'no_token' });
  });

  it.each([
    ['garbage', 'Bearer garbage', 'unsupported_token'],
    ['Basic credentials', 'Basic eDp5', 'wrong_scheme'],
    ['`Bearer` alone', 'Bearer', 'wrong_scheme'],
  ])('is rejected with 401 in plain text for %s', async (_what, authorization, reason) => {
    const { status, text, headers, decision } = await sendToHost('GET /', { key: null, headers: { authorization } });

    expect({ status, text }).toEqual({ status: 401, text: 'Unauthorized access' });
    expect(headers['content-type']).toMatch(/^text\/plain(;|$)/);
    expect(decision).toMatchObject({ effect: 'deny', reason });
  });

  it('is rejected with 403 for an unknown key', async () => {
    const answer = await sendToHost('GET /', { key: `${FULL.slice(0, -1)}${FULL.endsWith('A') ? 'B' : 'A'}` });

    expectHostProblem(answer, 403, 'Forbidden', 'Authorization failed');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'foreign_key' });
  });
});

describe('a host that does not belong to a function', () => {
  it.each([`${echo.functionId}.mock.test`, `a.${echo.functionId}.invocation.mock.test`, 'echo.invocation.mock.test'])(
    '%s serves the API',
    async (host) => {
      const { body } = await server.call('GET /v2/nvcf/functions', { token: FULL, headers: { host } });

      expect(body).toHaveProperty('functions');
    },
  );
});

describe('over HTTP', async () => {
  const { url } = await listeningServer();
  const port = Number(new URL(url).port);
  const authorization = `Authorization: Bearer ${FULL}`;
  const own = [`Host: ${hostOf(echo.functionId)}`, authorization];

  it.each([
    [
      'chunks',
      requestBytes(
        'POST /v1/x',
        [...own, 'Content-Type: text/x-a', 'Transfer-Encoding: chunked'],
        chunked('he', 'llo'),
      ),
    ],
    [
      'a target in absolute form',
      requestBytes(`PUT http://${hostOf(echo.functionId)}/v1`, [...own, 'Content-Type: text/x-a'], 'hello'),
    ],
    ['a path that cannot be decoded', requestBytes('POST /%zz', [...own, 'Content-Type: text/x-a'], 'hello')],
  ])('a body with %s is returned', async (_what, bytes) => {
    const { status, text, headers } = await send(port, bytes);

    expect({ status, text, type: headers['content-type'] }).toEqual({ status: 200, text: 'hello', type: 'text/x-a' });
  });

  it('HEAD returns the headers without a body', async () => {
    const { status, text, headers } = await send(port, requestBytes('HEAD /health', own), true);

    expect({ status, text, reported: headers['nvcf-status'] }).toEqual({
      status: 200,
      text: '',
      reported: 'fulfilled',
    });
  });

  it.each([
    ['two Host headers', [...own, 'Host: localhost']],
    ['an invalid host name', [`Host: ${echo.functionId}.invocation.local host`, authorization]],
  ])('%s: 400 in the format of the invocation plane', async (_what, headers) => {
    const { status, body } = await send(port, requestBytes('GET /', headers));

    expect(status).toBe(400);
    expect(body).toEqual({ title: 'Bad Request', status: 400, detail: expect.stringContaining('Host') });
  });
});
