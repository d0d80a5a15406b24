/** A function's own host name. */
import type { HTTPMethods } from 'fastify';
import { describe, expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';
import { castKey } from '../../support/ngc-cast.ts';
import {
  ACME,
  environment,
  FOREIGN,
  FULL,
  GLOBEX,
  inPath,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';
import { START } from '../../support/server.ts';
import { chunked, requestBytes, send } from '../../support/wire.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const [echo, summarize, slow] = [placeOf('echo'), placeOf('summarize'), placeOf('slow')];
const [translate, llama, hidden] = [placeOf('translate'), placeOf('llama'), placeOf('private')];
const hostOf = (functionId: string, rest = 'invocation.localhost:6625') => `${functionId}.${rest}`;

const server = await nvcfServer();

interface Sent {
  readonly host?: string;
  readonly headers?: Record<string, string>;
  readonly key?: string | null;
  readonly body?: string | Buffer;
}

/** Sends `GET /path` to a function's own host. */
async function ask(request: string, { host, headers, key = FULL, body }: Sent = {}, on = server) {
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

type Asked = Awaited<ReturnType<typeof ask>>;

/** Expects a refusal as the invocation plane tells it. */
function expectHostProblem({ status, headers, text }: Asked, wanted: number, title: string, detail: unknown): void {
  expect(String(headers['content-type'])).toMatch(/^application\/problem\+json(;|$)/);
  expect({ status, body: JSON.parse(text) }).toEqual({ status: wanted, body: { title, status: wanted, detail } });
}

const absent = (functionId: string, account = ACME) => `Function '${functionId}': Not found for account '${account}'`;

describe('under its own host name an echo', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'QUERY', 'PROPFIND'])(
    'gives the bytes of a %s back',
    async (method) => {
      const body = Buffer.from([0, 255, 13, 10, 128, 7]);
      const { status, headers, bytes } = await ask(`${method} /any/path?q=1`, {
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
    ['text/event-stream', 'data: x\n\n'],
    ['multipart/form-data; boundary=b', '--b--'],
    ['application/json', '12345678901234567890'],
    ['foo', '{"of": "a type that is none"}'],
    [';', '{"of": "a type that is none"}'],
  ])('leaves a body of %s as it is: %s', async (contentType, body) => {
    const { status, headers, text } = await ask('POST /v1/chat', { body, headers: { 'content-type': contentType } });

    expect({ status, text }).toEqual({ status: 200, text: body });
    expect(headers['content-type']).toBe(contentType);
  });

  it('gives bytes back that have no type, or an empty one', async () => {
    for (const method of ['GET', 'QUERY', 'POST']) {
      const untyped = await ask(`${method} /`, { body: 'abc' });
      const empty = await ask(`${method} /`, { body: 'abc', headers: { 'content-type': '' } });

      expect([untyped.status, untyped.text, untyped.headers['content-type']]).toEqual([
        200,
        'abc',
        'application/octet-stream',
      ]);
      expect([empty.status, empty.text, empty.headers['content-type']]).toEqual([200, 'abc', '']);
    }
  });

  it('answers a request without a body with none', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { status, bytes } = await ask(`${method} /`);

      expect({ status, length: bytes.length }).toEqual({ status: 200, length: 0 });
    }
  });

  it('answers HEAD as GET', async () => {
    const { status, bytes, headers } = await ask('HEAD /up');

    expect({ status, length: bytes.length }).toEqual({ status: 200, length: 0 });
    expect(headers['nvcf-status']).toBe('fulfilled');
  });

  it.each([
    'GET /health',
    'GET /_mock/health',
    'POST /_mock/reset',
    'POST /api/v1/token',
    'GET /v2/nvcf/functions',
    'DELETE /v2/nvcf/functions',
    'GET /v3/orgs/acme/keys',
    'GET /docs',
    'GET /openapi/nvcf.json',
    'GET /_hosts',
    'GET /',
    'GET /%zz',
    'GET /a%2',
    'GET //double//slashes/',
    'GET /%E0%A4%A/%00',
    `GET /${'x'.repeat(8000)}`,
    'GET /?%zz',
  ])('is who answers %s', async (request) => {
    const { status, text, headers } = await ask(request, { body: 'mine', headers: { 'content-type': 'text/x-mine' } });

    expect({ status, text, type: headers['content-type'] }).toEqual({ status: 200, text: 'mine', type: 'text/x-mine' });
  });

  it.each([
    ['in upper case', hostOf(echo.functionId).toUpperCase()],
    ['without a port', `${echo.functionId}.invocation.localhost`],
    ['with another port', hostOf(echo.functionId, 'invocation.localhost:1')],
    ['of another domain', hostOf(echo.functionId, 'invocation.api.nvcf.nvidia.com')],
  ])('is found by a host %s', async (_what, host) => {
    expect((await ask('GET /', { host })).status).toBe(200);
  });

  it('has its decisions recorded', async () => {
    const { decision } = await ask('POST /v1/chat?secret=1', { body: 'hello' });
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

describe('under its own host name a function', () => {
  it('with an answer of its own gives that as JSON', async () => {
    const { functionId } = await server.deployed(environment({ NV_AUTH_MOCK_ANSWER: '{"made":"up"}' }));
    const { status, text, headers } = await ask('PUT /x', { host: hostOf(functionId), body: 'anything' });

    expect({ status, body: JSON.parse(text) }).toEqual({ status: 200, body: { made: 'up' } });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['nvcf-status']).toBe('fulfilled');
  });

  it('that takes its time answers 202, and is polled at the API', async () => {
    const world = await nvcfServer();
    const first = await ask('POST /', { host: hostOf(slow.functionId), body: '{}' }, world);
    expect(first.status).toBe(202);
    expect(first.headers['nvcf-status']).toBe('in-progress');

    world.clock.set(START + 30_000);
    const { status, body } = await world.acme(`GET pexec/status/${first.headers['nvcf-reqid']}`);
    expect({ status, body }).toEqual({ status: 200, body: { text: 'worth waiting for' } });
  });

  it('of another account answers where it is shared or public, and is not found where it is neither', async () => {
    for (const { functionId } of [translate, llama]) {
      expect((await ask('POST /', { host: hostOf(functionId), body: 'x' })).text).toBe('x');
    }
    for (const functionId of [hidden.functionId, NOBODY]) {
      expectHostProblem(await ask('GET /', { host: hostOf(functionId) }), 404, 'Not Found', absent(functionId));
    }
    const echoed = await ask('GET /', { key: FOREIGN });
    expectHostProblem(echoed, 404, 'Not Found', absent(echo.functionId, GLOBEX));
  });

  it('that is not deployed is not found', async () => {
    const place = await server.create();
    const answer = await ask('GET /', { host: hostOf(place.functionId) });

    expectHostProblem(
      answer,
      404,
      'Not Found',
      `Function id '${place.functionId}' version '${place.versionId}': Specified function in account '${ACME}' is not found`,
    );
  });

  it('that was deleted is not found', async () => {
    const place = await server.deployed();
    await server.acme(`DELETE ${inPath(place)}`);

    const answer = await ask('GET /', { host: hostOf(place.functionId) });
    expectHostProblem(answer, 404, 'Not Found', absent(place.functionId));
  });

  it.each(['3601', 'soon', '1.5'])('takes no NVCF-POLL-SECONDS of %s', async (seconds) => {
    for (const functionId of [slow.functionId, echo.functionId]) {
      const answer = await ask('POST /', {
        host: hostOf(functionId),
        body: '{}',
        headers: { 'nvcf-poll-seconds': seconds },
      });

      expectHostProblem(answer, 400, 'Bad Request', expect.stringContaining('NVCF-POLL-SECONDS'));
    }
  });

  it.each(['0', '5'])('takes NVCF-POLL-SECONDS of %s; the official client sends 5', async (seconds) => {
    expect((await ask('POST /', { headers: { 'nvcf-poll-seconds': seconds } })).status).toBe(200);
  });

  it('takes no more than a body may have', async () => {
    const answer = await ask('POST /', { body: 'x'.repeat(1024 * 1024 + 1) });

    expectHostProblem(answer, 413, 'Content Too Large', expect.stringMatching(/\w/));
    expect((await ask('POST /', { body: 'x'.repeat(1024 * 1024) })).status).toBe(200);
  });
});

describe('under the host of a function, a request', () => {
  const keyOf = async (scopes: readonly string[], resource: unknown) => {
    const order = { type: 'service', name: 'for-hosts', services: ['nvcf'], scopes, resource };
    return (await server.call('POST /_mock/keys', { body: order })).body.key as string;
  };

  it('without a header is 401 in plain text', async () => {
    const { status, text, headers, decision } = await ask('GET /health', { key: null });

    expect({ status, text }).toEqual({ status: 401, text: 'Header of type `authorization` was missing' });
    expect(headers['content-type']).toMatch(/^text\/plain(;|$)/);
    expect(decision).toMatchObject({ effect: 'deny', reason: 'no_token' });
  });

  it.each([
    ['garbage', 'Bearer garbage', 'unsupported_token'],
    ['Basic credentials', 'Basic eDp5', 'wrong_scheme'],
    ['`Bearer` alone', 'Bearer', 'wrong_scheme'],
  ])('with %s is 401 in plain text', async (_what, authorization, reason) => {
    const { status, text, headers, decision } = await ask('GET /', { key: null, headers: { authorization } });

    expect({ status, text }).toEqual({ status: 401, text: 'Unauthorized access' });
    expect(headers['content-type']).toMatch(/^text\/plain(;|$)/);
    expect(decision).toMatchObject({ effect: 'deny', reason });
  });

  it('with an unknown key is 403', async () => {
    const answer = await ask('GET /', { key: `${FULL.slice(0, -1)}${FULL.endsWith('A') ? 'B' : 'A'}` });

    expectHostProblem(answer, 403, 'Forbidden', 'Authorization failed');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'foreign_key' });
  });

  it('with a key that lacks the scope says so in the words of the invocation plane', async () => {
    const answer = await ask('GET /', { key: castKey('nvcf-deployer').key });

    expectHostProblem(answer, 403, 'Forbidden', 'missing requested authorities');
    expect(answer.decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
      missing: ['invoke_function'],
    });
  });

  it('with a key for another function says that the resource is missing', async () => {
    const answer = await ask('GET /', {
      key: await keyOf(['invoke_function'], { type: 'Function', ids: [summarize.functionId] }),
    });
    const detail = `Function '${echo.functionId}':  Missing resource entry in ApiKey for the function`;

    expectHostProblem(answer, 403, 'Forbidden', detail);
    expect((await ask('GET /', { key: castKey('nvcf-invoker').key })).status).toBe(200);
  });

  it('has two Authorization headers is 401', async () => {
    const { url } = await listeningServer();
    const line = (key: string) => `Authorization: Bearer ${key}`;
    const headers = [`Host: ${hostOf(echo.functionId)}`, line(FULL), line(FULL)];
    const { status, text } = await send(Number(new URL(url).port), requestBytes('GET /', headers));

    expect({ status, text }).toEqual({ status: 401, text: 'Unauthorized access' });
  });
});

describe('a host that is no function’s', () => {
  it.each([
    `x${echo.functionId}.invocation.mock.test`,
    `${echo.functionId}.mock.test`,
    `${echo.functionId}invocation.mock.test`,
    `a.${echo.functionId}.invocation.mock.test`,
    'invocation.mock.test',
    'echo.invocation.mock.test',
  ])('%s leads to the API as any other', async (host) => {
    const { body } = await server.call('GET /v2/nvcf/functions', { token: FULL, headers: { host } });

    expect(body).toHaveProperty('functions');
  });

  it.each(['GET', 'POST', 'OPTIONS'])('has nothing at %s /_hosts', async (method) => {
    const { status, headers, body } = await server.call(`${method} /_hosts`, { token: FULL });

    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404 });
    expect(body.detail).toContain('Nothing is served at this path');
  });
});

describe('over a line', async () => {
  const { url } = await listeningServer();
  const port = Number(new URL(url).port);
  const authorization = `Authorization: Bearer ${FULL}`;
  const own = [`Host: ${hostOf(echo.functionId)}`, authorization];

  it.each([
    ['a length', requestBytes('POST /v1/x?y', [...own, 'Content-Type: text/x-a'], 'hello')],
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
  ])('a body with %s comes back', async (_what, bytes) => {
    const { status, text, headers } = await send(port, bytes);

    expect({ status, text, type: headers['content-type'] }).toEqual({ status: 200, text: 'hello', type: 'text/x-a' });
  });

  it('HEAD has the headers and no body', async () => {
    const { status, text, headers } = await send(port, requestBytes('HEAD /health', own), true);

    expect({ status, text, reported: headers['nvcf-status'] }).toEqual({
      status: 200,
      text: '',
      reported: 'fulfilled',
    });
  });

  it.each(['PROPFIND', 'TRACE', 'QUERY'])('%s is a method as any other', async (method) => {
    const { status, text } = await send(
      port,
      requestBytes(`${method} /dav`, [...own, 'Content-Type: text/x-a'], 'hello'),
    );

    expect({ status, text }).toEqual({ status: 200, text: 'hello' });
  });

  it('a refusal has the form of the invocation plane', async () => {
    const { status, text, headers } = await send(port, requestBytes('GET /', [own[0] ?? '']));

    expect({ status, text }).toEqual({ status: 401, text: 'Header of type `authorization` was missing' });
    expect(headers['content-type']).toMatch(/^text\/plain/);
  });

  it('two Host headers are refused in that form too', async () => {
    const { status, body } = await send(port, requestBytes('GET /', [...own, 'Host: localhost']));

    expect(status).toBe(400);
    expect(body).toEqual({ title: 'Bad Request', status: 400, detail: expect.stringContaining('Host') });
  });

  it('a host name that is none is refused in that form too', async () => {
    const bad = [`Host: ${echo.functionId}.invocation.local host`, authorization];
    const { status, body } = await send(port, requestBytes('GET /', bad));

    expect(status).toBe(400);
    expect(body).toEqual({ title: 'Bad Request', status: 400, detail: expect.stringContaining('Host') });
  });
});
