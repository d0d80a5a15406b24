/** How requests find their operation. */
import { describe, expect, it } from 'vitest';
import { castFunction, castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';
import { openLine, requestBytes, send } from '../support/wire.ts';
import { makeWorld } from '../support/worlds.ts';

const server = await testServer();
const other = await testServer({ runai: '2.19', air: 'dsx' });

it('HEAD is answered as GET, without a body', async () => {
  const [whole, head] = await Promise.all([server.call('GET /_mock/health'), server.call('HEAD /_mock/health')]);

  expect([head?.status, head?.headers['content-length'], head?.body]).toEqual([
    200,
    whole?.headers['content-length'],
    undefined,
  ]);
});

it('a part of a path may have 16384 characters', async () => {
  const answers = [16_384, 16_385].map((length) => server.call(`GET /_mock/decisions/${'a'.repeat(length)}`));
  const [longest, tooLong] = await Promise.all(answers);

  expect([longest?.status, tooLong?.status]).toEqual([404, 414]);
  expect(tooLong?.body.detail).toBe('A part of the path is too long.');
});

it('a part of a path is decoded, and a path that cannot be is refused', async () => {
  expect((await server.call('GET /_mock/worlds/%6Eobod%79')).body.detail).toContain('`nobody`');
  expect((await server.call('GET /_mock/decisions/%zz')).status).toBe(400);
});

it('a slash at the end of a path is optional where the vendor has it so, and nowhere else', async () => {
  const statuses = ['/api/v3/simulations', '/api/v3/simulations/', '/v2/nvcf/functions', '/v2/nvcf/functions/'].map(
    async (path) => (await server.call(`GET ${path}`)).status,
  );

  expect(await Promise.all(statuses)).toEqual([403, 403, 401, 404]);
});

it('servers of one process find their own operations, whatever documents the others have', async () => {
  const statusOf = async (on: typeof server, request: string) => (await on.call(request)).status;

  expect(await statusOf(server, 'GET /api/v1/access-keys')).toBe(401);
  expect(await statusOf(other, 'GET /api/v1/access-keys')).toBe(404);
  expect(await statusOf(server, 'GET /api/v1/access-keys')).toBe(401);
});

describe('the operation of a host', () => {
  const [echo] = castFunction('echo');
  const token = castKey('nvcf-full-access').key;

  it('answers any path there, also one that it could have elsewhere', async () => {
    const headers = { host: `${echo?.functionId}.invocation.localhost`, 'content-type': 'text/x-mine' };
    const paths = ['/', '/_hosts/invokeAtOwnHost', '/w/default/_hosts/invokeAtOwnHost'];
    const answers = paths.map((path) => server.call(`GET ${path}`, { token, headers, body: 'mine' }));

    expect((await Promise.all(answers)).map(({ status, body }) => [status, body])).toEqual(
      paths.map(() => [200, 'mine']),
    );
  });

  it('has no path under any other host', async () => {
    for (const path of ['/_hosts/invokeAtOwnHost', '/w/default/_hosts/invokeAtOwnHost']) {
      const [answer, unknown] = [await server.call(`GET ${path}`, { token }), await server.call('GET /nowhere')];

      expect([answer.status, answer.body]).toEqual([404, unknown.body]);
    }
  });
});

it('a request that needs no body is answered whatever type its body is said to have', async () => {
  const statusOf = async (type: string) =>
    (await server.call('GET /_mock/health', { headers: { 'content-type': type }, body: '{' })).status;

  expect(await Promise.all(['foo', ';', '', 'text/', 'application/json'].map(statusOf))).toEqual(
    Array.from({ length: 5 }, () => 200),
  );
});

describe('a request whose body has not come yet', async () => {
  const waiting = await testServer();
  const { port } = await waiting.listen('127.0.0.1', 0);
  const head = (path: string, ...headers: string[]) =>
    requestBytes(`POST ${path}`, [
      'Host: localhost',
      'Content-Type: application/json',
      'Content-Length: 2',
      ...headers,
    ]);
  /** The status of the answer to a request, before its body comes and after. */
  const statuses = async (bytes: Buffer) => {
    const line = await openLine(port);
    line.send(bytes);
    const answering = line.reply();
    const early = await Promise.race([answering, new Promise<null>((resolve) => setTimeout(resolve, 300, null))]);
    if (early === null) line.send('{}');
    const status = (await answering)?.status;
    line.drop();
    return early === null ? [null, status] : [early.status];
  };
  /** The status of the answer to a request whose body never comes. */
  const statusWithout = async (bytes: Buffer) => (await send(port, bytes)).status;
  const users = head('/api/v1/users');

  it('is refused without it, after a second, if its caller has no right to it', async () => {
    expect(await statusWithout(users)).toBe(401);
  });

  it('is waited for if a fault may strike it, which is then injected', async () => {
    const order = { match: { operation: 'create_user' }, do: { status: 503, offDocument: true } };
    const { id } = (await waiting.call('POST /_mock/faults', { body: order })).body;

    expect(await statuses(users)).toEqual([null, 503]);
    expect(await statusWithout(head('/api/v1/access-keys'))).toBe(401);
    await waiting.call(`DELETE /_mock/faults/${id}`);
    expect(await statusWithout(users)).toBe(401);
  });

  it('is waited for if a fault may strike its body, although that turns out to be another', async () => {
    const order = { match: { operation: 'create_user', body: { email: 'a' } }, do: { status: 503, offDocument: true } };
    const { id } = (await waiting.call('POST /_mock/faults', { body: order })).body;

    expect(await statuses(users)).toEqual([null, 401]);
    await waiting.call(`DELETE /_mock/faults/${id}`);
  });

  it('is waited for if the body may choose the world, but not if the request may enter none', async () => {
    await makeWorld(waiting);
    const foreign = ['Origin: http://evil.test', 'Sec-Fetch-Site: cross-site'];

    expect(await statuses(head('/api/v1/token'))).toEqual([null, 400]);
    expect(await statuses(head('/api/v1/token', ...foreign))).toEqual([403]);
    expect(await statuses(head('/api/v1/token', 'Host: other'))).toEqual([400]);
  });
});
