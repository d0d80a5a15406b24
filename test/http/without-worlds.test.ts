/** The responses of a process that does not have its worlds yet. */
import { describe, expect, it } from 'vitest';
import type { WaitState } from '../../src/store/waiting.ts';
import { castKey } from '../support/ngc-cast.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { openLine, requestBytes } from '../support/wire.ts';

const STANDBY: WaitState = { status: 'standby', why: 'Another process has the worlds of this database.' };
const DETAIL = `${STANDBY.why} Send requests to that process: \`GET /_mock/health?ready\` is 503 on this one.`;
const AIR = castKey('air-admin').key;
const HOST = ['Host: localhost'];
const FUNCTION = '9a4a2b6e-6a4c-4b6f-8d7e-1f2a3b4c5d6e';

/** A server without worlds until `begin` is called: any use of them throws. */
async function startWaitingServer(
  config: Parameters<typeof testServer>[0] = {},
): Promise<TestServer & { begin(): void; readonly port: number }> {
  const server = await testServer(config);
  const { port } = await server.listen('127.0.0.1', 0);
  const { mock } = server.app;
  const { waiting, worlds } = mock;
  const refuse = () => {
    throw new Error('worlds are asked for before there are any');
  };
  Object.defineProperties(mock, {
    waiting: { value: () => STANDBY, configurable: true },
    worlds: { get: refuse, configurable: true },
  });
  const begin = () => Object.defineProperties(mock, { waiting: { value: waiting }, worlds: { value: worlds } });
  return { ...server, begin, port };
}

describe('a process without worlds', () => {
  it('reports its health, also below a world and without the admin token', async () => {
    const server = await startWaitingServer({ adminToken: 'a-token-of-the-team' });
    for (const [request, host] of [
      ['GET /_mock/health', 'localhost:6625'],
      ['GET /w/alice/_mock/health', '127.0.0.1:6625'],
      ['GET /_mock/health', 'alice.localhost:6625'],
    ] as const) {
      const { status, body, headers } = await server.call(request, { headers: { host } });
      expect([status, body]).toEqual([200, { status: 'standby', detail: STANDBY.why }]);
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    }
    expect((await server.call('HEAD /_mock/health')).status).toBe(200);
  });

  it.each(['/_mock/health?ready', '/_mock/health?ready=1', '/_mock/metrics', '/_mock/info', '/w/alice/_mock/info'])(
    'rejects %s with a problem document that gives the reason',
    async (path) => {
      const server = await startWaitingServer();
      const { status, body, headers } = await server.call(`GET ${path}`);
      expect([status, headers['content-type'], headers['retry-after']]).toEqual([
        503,
        'application/problem+json; charset=utf-8',
        '1',
      ]);
      expect(body.detail).toBe(DETAIL);
    },
  );

  it.each([
    ['GET /api/v1/access-keys', 'localhost'],
    ['POST /api/v1/token', 'localhost'],
    ['GET /v2/nvcf/functions', 'localhost'],
    ['GET /api/v3/simulations/', 'localhost'],
    ['GET /w/alice/api/v3/simulations/', 'localhost'],
    ['POST /v3/keys/get-caller-info', 'api-keys.alice.localhost'],
    ['POST /x', `${FUNCTION}.invocation.localhost`],
    ['GET /w/No Name/x', 'localhost'],
    ['GET /no/such/path', 'localhost'],
    ['DELETE /api/v3/simulations/', 'localhost'],
    ['OPTIONS /api/v3/simulations/', 'localhost'],
    ['GET /', 'localhost'],
    ['GET /docs', 'localhost'],
    ['GET /llms.txt', 'localhost'],
  ])('rejects %s at %s with `Retry-After`', async (request, host) => {
    const server = await startWaitingServer();
    const body = request.startsWith('POST') ? { name: 'refused' } : undefined;
    const answer = await server.call(request, { token: AIR, headers: { host }, ...(body && { body }) });
    expect([answer.status, answer.headers['retry-after'], answer.decision]).toEqual([503, '1', null]);
    expect(JSON.stringify(answer.body)).toContain(JSON.stringify(DETAIL).slice(1, -1));
  });

  it('rejects requests in the error format of the vendor', async () => {
    const server = await startWaitingServer();
    expect((await server.call('GET /api/v3/simulations/', { token: AIR })).body).toEqual(
      expect.objectContaining({ detail: DETAIL, request_id: expect.any(String) }),
    );
    expect((await server.call('GET /api/v1/access-keys')).body).toMatchObject({ code: 503, message: DETAIL });
  });

  it('rejects other origins and lets those of --cors read the response', async () => {
    const server = await startWaitingServer({ cors: ['http://app.test'] });
    const fetchFrom = (origin: string) => server.call('GET /api/v3/simulations/', { headers: { origin } });
    expect((await fetchFrom('http://other.test')).status).toBe(403);
    const { status, headers } = await fetchFrom('http://app.test');
    expect([status, headers['access-control-allow-origin']]).toEqual([503, 'http://app.test']);
    const host = { headers: { host: 'rebound.test' } };
    expect((await server.call('GET /_mock/health', host)).status).toBe(403);
  });

  it('rejects malformed requests with their usual status', async () => {
    const { port } = await startWaitingServer();
    const readStatus = async (bytes: string | Buffer) => {
      const line = await openLine(port);
      line.send(bytes);
      return (await line.reply())?.status;
    };
    expect(await readStatus('nonsense\r\n\r\n')).toBe(400);
    expect(await readStatus(requestBytes('GET /api/v3/%zz', HOST))).toBe(400);
    expect(await readStatus(requestBytes('GET /api/v3/simulations/', [...HOST, 'Expect: wonders']))).toBe(417);
    const large = requestBytes('POST /api/v3/simulations/', [...HOST, 'Expect: 100-continue', 'Content-Length: 5']);
    expect(await readStatus(large)).toBe(503);
  });

  it('serves requests once it has its worlds, without records of the earlier requests', async () => {
    const server = await startWaitingServer();
    const list = () => server.call('GET /api/v3/simulations/', { token: AIR });
    expect((await list()).status).toBe(503);
    server.begin();
    expect((await server.call('GET /_mock/requests')).body.requests).toEqual([]);
    expect((await server.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await list()).status).toBe(200);
    expect((await server.call('GET /_mock/health?ready')).body).toEqual({ status: 'ready' });
  });
});
