import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { collectBodies } from '../../../src/http/bodies.ts';
import { createWorldAddresses } from '../../../src/http/request-address.ts';
import type { Server } from '../../../src/http/server.ts';
import { Connections } from '../../../src/http/transport/connections.ts';
import { createFastify } from '../../../src/http/transport/fastify.ts';
import { createLimits } from '../../../src/http/transport/limits.ts';
import { CrossOrigin } from '../../../src/http/transport/origins.ts';
import type { UnroutedRequests } from '../../../src/http/unrouted-requests.ts';
import { createKnownHosts } from '../../../src/lib/hosts.ts';
import { SILENT_LOG } from '../../../src/lib/log.ts';

/** A server without services. */
const createApp = ({ cors = [] as string[] } = {}) => {
  const limits = createLimits();
  const createStray = (payload: string) => async () => ({ status: 418, headers: { 'x-stray': '1' }, payload });
  const unrouted = {
    refuseUnknownOperation: createStray('nothing here'),
    refuseFailedRequest: (error: Error) => createStray(`failed: ${error.message}`)(),
  };
  const server = {
    addresses: createWorldAddresses(createKnownHosts([]), []),
    crossOrigin: new CrossOrigin(cors),
    waiting: () => null,
    log: SILENT_LOG,
  };
  return createFastify({
    server: server as unknown as Server,
    unrouted: unrouted as unknown as UnroutedRequests,
    ownHosts: [],
    connections: new Connections(limits),
    limits,
    createTlsServer: null,
  });
};

it('a preflight with an invalid header value fails only that request', async () => {
  const origin = 'http://localhost:5173';
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': '\u0001',
  };

  expect((await createApp({ cors: [origin] }).inject({ method: 'OPTIONS', url: '/a', headers })).statusCode).toBe(418);
});

describe('a body', () => {
  it.each(['none', ';', '', 'a', 'text/', '/json', 'application/json', 'application/json; charset'])(
    'stays a stream with the content type "%s"',
    async (type) => {
      const app = createApp();
      app.post('/a', async ({ raw, body = null }) => ({ body, sent: await text(raw) }));
      const answer = await app.inject({ method: 'POST', url: '/a', headers: { 'content-type': type }, payload: '{' });

      expect(answer.json()).toEqual({ body: null, sent: '{' });
    },
  );

  it.each([
    ...['GET', 'HEAD', 'DELETE', 'OPTIONS', 'QUERY', 'PROPFIND'].map((method) => [method, false] as const),
    ...['POST', 'PUT', 'PATCH'].map((method) => [method, true] as const),
  ])('of %s is collected if its service collects bodies: %j', async (method, isCollected) => {
    const app = createApp();
    app.register(async (service) => {
      collectBodies(service);
      service.route({
        method,
        url: '/a',
        handler: async ({ body }, reply) => reply.header('x-body', String(body ?? '')).send(),
      });
    });
    const readBody = async (headers: Record<string, string>) => {
      const answer = await app.inject({ method: method as 'GET', url: '/a', headers, payload: 'abc' });
      return answer.headers['x-body'];
    };

    const expected = isCollected ? 'abc' : '';
    expect([
      await readBody({}),
      await readBody({ 'content-type': 'none' }),
      await readBody({ 'content-type': 'a/b' }),
    ]).toEqual([expected, expected, expected]);
  });
});

it('an unrouted or failed request gets the fallback response', async () => {
  const app = createApp();
  app.get('/a', async () => {
    throw new Error('broken');
  });
  const fetchUrl = async (url: string) => {
    const { statusCode, headers, body } = await app.inject(url);
    return [statusCode, headers['x-stray'], body];
  };

  expect(await fetchUrl('/b')).toEqual([418, '1', 'nothing here']);
  expect(await fetchUrl('/a')).toEqual([418, '1', 'failed: broken']);
});

it('a request that the framework rejects gets the fallback response, too', async () => {
  const { statusCode, body } = await createApp().inject('/%zz');

  expect([statusCode, body]).toEqual([418, expect.stringMatching(/^failed: .*%zz/)]);
});
