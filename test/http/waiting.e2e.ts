/** Requests that wait for a body, and slow responses: tests that take seconds. */
import { describe, expect, it } from 'vitest';
import { admin } from '../support/cast.ts';
import { testServer } from '../support/server.ts';
import { openLine, requestBytes, send } from '../support/wire.ts';
import { makeWorld } from '../support/worlds.ts';

/** A reply within this time was sent without waiting for the body: the server waits for a body for a second. */
const EARLY_MS = 300;

describe('a request with a body that has not arrived', async () => {
  const waiting = await testServer();
  const { port } = await waiting.listen('127.0.0.1', 0);
  const buildHead = (path: string, ...headers: string[]) =>
    requestBytes(`POST ${path}`, [
      'Host: localhost',
      'Content-Type: application/json',
      'Content-Length: 2',
      ...headers,
    ]);
  /** Returns the statuses before and after the body is sent; the first is null if the request waits for its body. */
  const readStatuses = async (bytes: Buffer) => {
    const line = await openLine(port);
    line.send(bytes);
    const pendingReply = line.reply();
    const timeout = new Promise<null>((resolve) => setTimeout(resolve, EARLY_MS, null));
    const early = await Promise.race([pendingReply, timeout]);
    if (early === null) line.send('{}');
    const status = (await pendingReply)?.status;
    line.drop();
    return early === null ? [null, status] : [early.status];
  };
  /** Returns the status of a request whose body is never sent. */
  const readStatusWithoutBody = async (bytes: Buffer) => (await send(port, bytes)).status;
  const users = buildHead('/api/v1/users');

  it('is rejected if its caller has no right', async () => {
    expect(await readStatusWithoutBody(users)).toBe(401);
  });

  it('is delayed if a fault may match it, which is then injected', async () => {
    const faultOrder = { match: { operation: 'create_user' }, do: { status: 503, offDocument: true } };
    const { id } = (await waiting.call('POST /_mock/faults', { body: faultOrder })).body;

    expect(await readStatuses(users)).toEqual([null, 503]);
    expect(await readStatusWithoutBody(buildHead('/api/v1/access-keys'))).toBe(401);
    await waiting.call(`DELETE /_mock/faults/${id}`);
    expect(await readStatusWithoutBody(users)).toBe(401);
  });

  it('is delayed if a fault may match its body, even if the body does not match', async () => {
    const match = { operation: 'create_user', body: { email: 'a' } };
    const faultOrder = { match, do: { status: 503, offDocument: true } };
    const { id } = (await waiting.call('POST /_mock/faults', { body: faultOrder })).body;

    expect(await readStatuses(users)).toEqual([null, 401]);
    await waiting.call(`DELETE /_mock/faults/${id}`);
  });

  it('is delayed if its body may select the world, unless its origin or host is rejected', async () => {
    await makeWorld(waiting);
    const foreign = ['Origin: http://evil.test', 'Sec-Fetch-Site: cross-site'];

    expect(await readStatuses(buildHead('/api/v1/token'))).toEqual([null, 400]);
    expect(await readStatuses(buildHead('/api/v1/token', ...foreign))).toEqual([403]);
    expect(await readStatuses(buildHead('/api/v1/token', 'Host: other'))).toEqual([400]);
  });
});

describe('the body of a rejected request', async () => {
  const server = await testServer();
  const { port } = await server.listen('127.0.0.1', 0);

  it.each([
    ['with a declared length', 'Content-Length: 20', '{"name":', 20],
    ['in chunks', 'Transfer-Encoding: chunked', '8\r\n{"name":\r\n', 8],
  ])('that arrives only in part, %s, is recorded as truncated', async (_how, header, part, size) => {
    const reply = await send(
      port,
      Buffer.concat([requestBytes('POST /v2/nvcf/functions', ['Host: localhost', header]), Buffer.from(part)]),
    );

    const { requests } = (await server.call('GET /_mock/requests?limit=1')).body;
    expect(reply.status).toBe(401);
    expect(requests[0].request).toMatchObject({ body: expect.stringMatching(/^\{…: \(/), size, truncated: true });
  });
});

it('a request that a fault answers creates or deletes nothing, even while the response is sent', async () => {
  const server = await testServer();
  const token = await server.tokenOf(admin);
  const listKeys = async () => (await server.call('GET /api/v1/access-keys', { token })).body.accessKeys;
  const CREATE = 'POST /api/v1/access-keys';
  const body = { name: 'unwanted' };
  const { id } = (await server.call(CREATE, { token, body: { name: 'kept' } })).body;
  const before = await listKeys();
  const slowFault = { status: 503, body: 'slow', offDocument: true };
  // POST: the fault answers before the body is validated. DELETE has no documented body: it answers before the body is
  // received.
  for (const method of ['POST', 'DELETE'])
    await server.call('POST /_mock/faults', { body: { match: { method }, do: slowFault, times: 1 } });
  const pending = [CREATE, `DELETE /api/v1/access-keys/${id}`].map((request) => server.call(request, { token, body }));

  expect((await Promise.all(pending)).map(({ status }) => status)).toEqual([503, 503]);
  expect(await listKeys()).toEqual(before);
  const { requests } = (await server.call('GET /_mock/requests?status=503')).body;
  expect(requests).toMatchObject([{ done: false }, { done: false }]);
});
