import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { type Request, testServer } from '../../support/server.ts';

const PAGE = 'http://localhost:5173';
const server = await testServer({ cors: [PAGE, 'https://app.acme.test'] });
const closed = await testServer();

const { clientId, clientSecret } = researcher.accessKey;
const grant = { grantType: 'client_credentials', clientId, clientSecret };
const withOrigin = (origin: string, parts: Request = {}): Request => ({
  ...parts,
  headers: { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', ...parts.headers },
});
const sendPreflight = (origin: string, path: string, on = server, headers = {}) =>
  on.call(
    `OPTIONS ${path}`,
    withOrigin(origin, {
      headers: {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
        ...headers,
      },
    }),
  );

describe('a page of an origin of --cors', () => {
  it('passes the preflight of a request that is not simple', async () => {
    for (const path of ['/api/v1/token', '/w/default/api/v1/users', '/api/v3/simulations/', '/nowhere']) {
      const { status, headers, body } = await sendPreflight(PAGE, path);
      expect([status, body]).toEqual([204, undefined]);
      expect(headers).toMatchObject({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': 'authorization, content-type',
        vary: 'Origin',
      });
    }
  });

  it('can call every service and read its responses, including rejections', async () => {
    const token = await server.call('POST /api/v1/token', withOrigin(PAGE, { body: grant }));
    expect(token.status).toBe(200);
    const list = await server.call('GET /api/v1/access-keys', withOrigin(PAGE, { token: token.body.accessToken }));
    const refused = await server.call('GET /v2/nvcf/functions', withOrigin(PAGE, { token: castKey('air-reader').key }));
    expect([list.status, refused.status]).toEqual([200, 403]);
    for (const { headers } of [token, list, refused]) {
      expect(headers).toMatchObject({
        'access-control-allow-origin': PAGE,
        'access-control-expose-headers': expect.stringContaining('x-mock-decision'),
      });
    }
  });

  it('can call functions on their own hosts', async () => {
    const [echo] = castFunction('echo');
    const host = `${echo?.functionId}.invocation.localhost`;
    const answer = await sendPreflight(PAGE, '/', server, { host });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, PAGE]);
  });

  it.each(['GET /_mock/cast', 'POST /_mock/reset', 'OPTIONS /_mock/reset', 'GET /%5Fmock/cast', 'GET /_mock'])(
    'cannot reach the control API: %s',
    async (request) => {
      const preflight = { 'access-control-request-method': 'GET' };
      const answer = await server.call(
        request,
        withOrigin(PAGE, request.startsWith('OPTIONS') ? { headers: preflight } : {}),
      );
      expect(answer.status).toBeGreaterThanOrEqual(403);
      expect(JSON.stringify(answer.body)).not.toContain(clientSecret);
    },
  );

  it('is rejected on an unknown host name', async () => {
    const answer = await server.call(
      'POST /api/v1/token',
      withOrigin(PAGE, { body: grant, headers: { host: 'evil.test' } }),
    );
    expect(answer.status).toBe(403);
  });
});

describe.each([
  ['another origin', 'http://localhost:5174', server],
  ['an origin with the same start', `${PAGE}.evil.test`, server],
  ['a sandboxed page', 'null', server],
  ['any page, without --cors', PAGE, closed],
])('%s', (_, origin, on) => {
  it('is rejected without CORS headers', async () => {
    const preflight = await sendPreflight(origin, '/api/v1/token', on);
    const answer = await on.call('POST /api/v1/token', withOrigin(origin, { body: grant }));
    expect(preflight.status).toBeGreaterThanOrEqual(403);
    expect(answer.status).toBe(403);
    for (const { headers } of [preflight, answer]) expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

it('every response of a service varies with the origin under --cors', async () => {
  const request = 'GET /integrate/v1/models';
  const answers = [await server.call(request), await server.call(request, withOrigin('http://localhost:5174'))];

  expect(answers.map(({ status, headers }) => [status, headers['vary']])).toEqual([
    [200, 'Origin'],
    [403, 'Origin'],
  ]);
  expect((await closed.call(request)).headers).not.toHaveProperty('vary');
});

it('the rejection of a page names --cors only if the option helps', async () => {
  const ofService = await closed.call('GET /api/v1/users', withOrigin(PAGE));
  const ofControl = await server.call('GET /_mock/info', withOrigin(PAGE));
  expect(JSON.stringify(ofService.body)).toContain('start the server with `--cors ORIGIN`');
  expect(JSON.stringify(ofControl.body)).toContain('even with `--cors`. Call it from a program');
});
