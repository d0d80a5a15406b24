/** The bodies of requests that are rejected before their body is parsed: only the journal reads them. */

import { describe, expect, it } from 'vitest';
import { listHints } from '../support/hints.ts';
import { castFunction, castKey } from '../support/ngc-cast.ts';
import { type Request, resetTestServer, testServer } from '../support/server.ts';
import { chunked, openLine, requestBytes, send } from '../support/wire.ts';

const server = await testServer({}, { limits: { bodyBytes: 200_000 } });
const { port } = await server.listen('127.0.0.1', 0);
const invoker = castKey('nvcf-invoker').key;
const [echo] = castFunction('echo');

const CREATE = 'POST /v2/nvcf/functions';
const DEPLOY = `POST /v2/nvcf/deployments/functions/${echo?.functionId}/versions/${echo?.versionId}`;
const NAMED = { name: 'translate', inferenceUrl: '/', containerImage: 'nvcr.io/acme/translate:1' };

const readLatest = async () => (await server.call('GET /_mock/requests?limit=1')).body.requests[0];
const verify = async (match: object) => (await server.call('POST /_mock/requests/verify', { body: { match } })).body;

const addFault = async () => {
  const fault = { match: { operation: 'createFunction' }, do: { status: 503, offDocument: true } };
  expect((await server.call('POST /_mock/faults', { body: fault })).status).toBe(201);
};

const REFUSALS: readonly [status: number, operation: string, request: string, parts: Request][] = [
  [401, 'createFunction', CREATE, {}],
  [401, 'createFunction', CREATE, { token: 'nonsense' }],
  [403, 'createFunction', CREATE, { token: invoker }],
  [403, 'createDeployment', DEPLOY, { token: invoker }],
  [401, 'create_access_key', 'POST /api/v1/access-keys', {}],
  [403, 'simulations_create', 'POST /api/v3/simulations/', {}],
  [403, 'simulations_create', 'POST /api/v3/simulations/', { token: castKey('air-reader').key }],
];

describe.each(REFUSALS)('a request that is rejected with %i (%s)', (status, operation, request, parts) => {
  it('is in the journal with its body', async () => {
    const answer = await server.call(request, { ...parts, body: NAMED });

    expect(answer.status).toBe(status);
    const { request: recorded, operation: recordedOperation } = await readLatest();
    expect(recorded).toMatchObject({ body: NAMED, size: JSON.stringify(NAMED).length, truncated: false });
    expect(recorded).not.toHaveProperty('bodyNotSent');
    expect(await verify({ operation: recordedOperation, status, body: { name: 'translate' } })).toMatchObject({
      verified: true,
    });
    expect(await verify({ operation: recordedOperation, status, body: { name: 'other' } })).toMatchObject({
      verified: false,
    });
    expect(recordedOperation).toContain(operation.slice(0, 6));
  });

  it.each<[label: string, body: string, headers?: Record<string, string>]>([
    ['is invalid JSON', '{"name":'],
    ['is not JSON', 'name=translate'],
    ['is empty', ''],
    ['has an unsupported content type', 'x', { 'content-type': 'text/plain' }],
    ['is larger than the journal keeps', `"${'x'.repeat(100_000)}"`],
    ['is larger than the operation accepts', `"${'x'.repeat(300_000)}"`],
  ])('is rejected with the same status if its body %s', async (_what, body, headers = {}) => {
    const answer = await server.call(request, { ...parts, body, headers });

    expect(answer.status).toBe(status);
    expect((await readLatest()).request).toMatchObject({ size: body.length, truncated: body.length > 65_536 });
  });
});

describe('a match by the body', () => {
  it.each<[what: string, body: string, headers: Record<string, string>, differs: string]>([
    ['was cut', JSON.stringify({ ...NAMED, long: 'x'.repeat(70_000) }), {}, 'the journal has only its beginning'],
    ['is malformed', `${JSON.stringify(NAMED)},`, {}, 'it is not well-formed JSON'],
    ['is multipart', '--x\r\n\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }, 'it is multipart'],
  ])('says that it cannot compare one that %s', async (_what, body, headers, differs) => {
    await resetTestServer(server);
    await server.call(CREATE, { body, headers });

    for (const _read of ['before the body was read', 'after']) {
      const { count, dropped, nearest } = await verify({ operation: 'createFunction', body: { name: 'translate' } });
      expect({ count, dropped, differs: nearest[0]?.differs }).toEqual({
        count: 0,
        dropped: 1,
        differs: [`body cannot be compared: ${differs}`],
      });
      await readLatest();
    }
  });
});

describe('the body of a rejected request', () => {
  it.each<[status: number, parts: Request]>([
    [401, {}],
    [403, { token: invoker }],
  ])('is in the archive, where its violations are found: %i', async (status, parts) => {
    await resetTestServer(server);
    expect((await server.call(CREATE, { ...parts, body: { nam: 'translate' } })).status).toBe(status);
    const archive = (await server.call('GET /_mock/requests/har')).body;

    for (const body of [archive, undefined]) {
      const checked = await server.call('POST /_mock/requests/check', body === undefined ? {} : { body });
      expect(checked.body).toMatchObject({ checked: 1, total: expect.any(Number) });
      expect(JSON.stringify(checked.body.violations)).toContain('did you mean `name`?');
    }
  });

  it('contains fingerprints in place of secrets', async () => {
    await server.call('POST /api/v1/access-keys', { body: { clientSecret: 'hush-hush-hush' } });

    expect((await readLatest()).request.body.clientSecret).toMatch(/^sha256:/);
  });

  it('is reported as a hint if it contains a key that may be real', async () => {
    const real = `nvapi-${'r'.repeat(64)}`;
    await server.call(CREATE, { token: invoker, body: { name: real } });

    const hints = await listHints(server);
    expect(hints).toContainEqual(expect.objectContaining({ code: 'foreign_credential' }));
    expect(JSON.stringify(await readLatest())).not.toContain(real);
  });

  it('is kept if a fault replaces the response', async () => {
    await addFault();
    const answer = await server.call(CREATE, { token: invoker, body: NAMED });
    await server.call('DELETE /_mock/faults');

    expect(answer.status).toBe(503);
    expect((await readLatest()).request.body).toEqual(NAMED);
  });

  it('keeps the connection open', async () => {
    const line = await openLine(port);
    const bytes = requestBytes(CREATE, ['Host: localhost', 'Content-Type: application/json'], JSON.stringify(NAMED));
    line.send(bytes);
    line.send(bytes);

    expect([(await line.reply())?.status, (await line.reply())?.status]).toEqual([401, 401]);
    expect((await readLatest()).request.body).toEqual(NAMED);
  });

  it('is kept if it is chunked', async () => {
    const head = requestBytes(CREATE, ['Host: localhost', 'Transfer-Encoding: chunked']);

    expect((await send(port, Buffer.concat([head, Buffer.from(chunked('{"name":', '"translate"}'))]))).status).toBe(
      401,
    );
    expect((await readLatest()).request).toMatchObject({ body: { name: 'translate' }, size: 20, truncated: false });
  });

  it('is not awaited from a client that sends `Expect: 100-continue`', async () => {
    const line = await openLine(port);
    const headers = ['Host: localhost', 'Content-Length: 20', 'Expect: 100-continue'];
    line.send(requestBytes(CREATE, headers));
    const reply = await line.reply();

    expect([reply?.status, reply?.headers['connection']]).toEqual([401, 'close']);
    expect((await readLatest()).request).toMatchObject({ body: null, size: null, truncated: false, bodyNotSent: true });
  });
});
