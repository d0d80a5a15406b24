/** How a request finds its operation. */
import { describe, expect, it } from 'vitest';
import { castFunction, castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const server = await testServer();
const other = await testServer({ runai: '2.19', air: 'dsx' });

it('a path segment may have 16384 characters', async () => {
  const answers = [16_384, 16_385].map((length) => server.call(`GET /_mock/decisions/${'a'.repeat(length)}`));
  const [longest, tooLong] = await Promise.all(answers);

  expect([longest?.status, tooLong?.status]).toEqual([404, 414]);
  expect(tooLong?.body.detail).toBe('A part of the path is too long.');
});

it('a trailing slash is optional only if the vendor allows that', async () => {
  const statuses = ['/api/v3/simulations', '/api/v3/simulations/', '/v2/nvcf/functions', '/v2/nvcf/functions/'].map(
    async (path) => (await server.call(`GET ${path}`)).status,
  );

  expect(await Promise.all(statuses)).toEqual([403, 403, 401, 404]);
});

it('servers of the same process use their own documents', async () => {
  const readStatus = async (on: typeof server, request: string) => (await on.call(request)).status;

  expect(await readStatus(server, 'GET /api/v1/access-keys')).toBe(401);
  expect(await readStatus(other, 'GET /api/v1/access-keys')).toBe(404);
  expect(await readStatus(server, 'GET /api/v1/access-keys')).toBe(401);
});

describe('the operation of a host', () => {
  const [echo] = castFunction('echo');
  const token = castKey('nvcf-full-access').key;

  it('accepts any path on its host, even a path of another operation', async () => {
    const headers = { host: `${echo?.functionId}.invocation.localhost`, 'content-type': 'text/x-mine' };
    const paths = ['/', '/_hosts/invokeAtOwnHost', '/w/default/_hosts/invokeAtOwnHost'];
    const answers = paths.map((path) => server.call(`GET ${path}`, { token, headers, body: 'mine' }));

    expect((await Promise.all(answers)).map(({ status, body }) => [status, body])).toEqual(
      paths.map(() => [200, 'mine']),
    );
  });

  it('has no path on any other host', async () => {
    for (const path of ['/_hosts/invokeAtOwnHost', '/w/default/_hosts/invokeAtOwnHost']) {
      const [answer, unknown] = [await server.call(`GET ${path}`, { token }), await server.call('GET /nowhere')];

      expect([answer.status, answer.body]).toEqual([404, unknown.body]);
    }
  });
});

it('a request that needs no body is accepted with any content type', async () => {
  const readStatus = async (type: string) =>
    (await server.call('GET /_mock/health', { headers: { 'content-type': type }, body: '{' })).status;

  expect(await Promise.all(['foo', ';', '', 'text/', 'application/json'].map(readStatus))).toEqual(
    Array.from({ length: 5 }, () => 200),
  );
});
