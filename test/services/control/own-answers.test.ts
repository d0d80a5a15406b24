import { beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';
import { tokenOf } from '../../support/worlds.ts';

const server = await testServer();
const deployer = castKey('nvcf-deployer').key;
const LIST = 'GET /v2/nvcf/functions';

const postFault = (body: unknown) => server.call('POST /_mock/faults', { body });
const postAnswer = (answer: unknown, others: object = {}, match: object = { operation: 'listFunctions' }) =>
  postFault({ match, do: { answer, ...others } });
const readNewestRequest = async () => (await server.call('GET /_mock/requests?limit=1')).body.requests[0];

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('a custom answer of a fault', () => {
  it('replaces the answer of the mock and is marked in the journal', async () => {
    const { status, body } = await postAnswer({
      status: 200,
      headers: { 'X-Request-Id': 'abc' },
      body: { functions: [] },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      certainty: 'documented',
      do: { answer: { status: 200, headers: { 'X-Request-Id': 'abc' }, body: { functions: [] } } },
    });

    const answer = await server.call(LIST, { token: deployer });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ functions: [] });
    expect(answer.headers).toMatchObject({
      'x-request-id': 'abc',
      'x-mock-fault': body.id,
      'content-type': 'application/json; charset=utf-8',
    });
    expect(await readNewestRequest()).toMatchObject({
      status: 200,
      fault: body.id,
      done: false,
      explanation: `The fault ${body.id} defined this response.`,
    });
  });

  it('with `after` replaces the answer after the operation, whose status is in `statusWithoutFault`', async () => {
    const token = await tokenOf(server.call, admin.accessKey);
    const created = await postFault({
      match: { operation: 'create_access_key1' },
      times: 1,
      do: { answer: { status: 418, body: 'short and stout' }, after: true, offDocument: true },
    });
    expect(created.body.certainty).toBe('ours');

    const answer = await server.call('POST /api/v1/access-keys', { token, body: { name: 'kept' } });
    expect([answer.status, answer.body]).toEqual([418, 'short and stout']);
    expect(await readNewestRequest()).toMatchObject({ status: 418, statusWithoutFault: 201, done: true });
    expect(JSON.stringify((await server.call('GET /api/v1/access-keys', { token })).body)).toContain('kept');
  });

  it.each([
    ['application/json', {}, undefined],
    ['text/javascript', '', 'attachment'],
  ])('is an attachment unless it is JSON or plain text: %s', async (type, body, disposition) => {
    const headers = { 'Content-Type': type, 'X-CONTENT-type-options': 'nosniff' };
    expect((await postAnswer({ status: 200, headers, body }, { offDocument: true })).status).toBe(201);

    const sent = (await server.call(LIST, { token: deployer })).headers;
    expect(sent['content-disposition']).toBe(disposition);
    expect(sent).toMatchObject({ 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' });
  });

  it('may set the file name of the attachment', async () => {
    const headers = { 'content-type': 'text/csv', 'Content-Disposition': 'attachment; filename="a.csv"' };
    await postAnswer({ status: 200, headers, body: 'a,b' }, { offDocument: true });

    const answer = await server.call(LIST, { token: deployer });
    expect(answer.headers['content-disposition']).toBe('attachment; filename="a.csv"');
  });

  it('may have headers of 8192 characters', async () => {
    const value = 'x'.repeat(8191);
    await postAnswer({ status: 200, headers: { a: value }, body: {} }, { offDocument: true });

    expect((await server.call(LIST, { token: deployer })).headers['a']).toBe(value);
  });

  it('without a body is not an attachment', async () => {
    await postAnswer({ status: 302, headers: { location: '/docs' } }, { offDocument: true });

    expect((await server.call(LIST, { token: deployer })).headers).not.toHaveProperty('content-disposition');
  });

  it('can be delayed or dropped within its body', async () => {
    const created = await postAnswer({ status: 200, body: { functions: [] } }, { delay: '10ms' });
    expect(created.status).toBe(201);
    expect((await server.call(LIST, { token: deployer })).body).toEqual({ functions: [] });
    expect((await readNewestRequest()).durationMs).toBeGreaterThan(9);
    expect((await postAnswer({ status: 200, body: { functions: [] } }, { drop: 'body' })).status).toBe(201);
  });

  it('is listed without secrets', async () => {
    const apiKey = castKey('nvcf-deployer').key;
    await postAnswer({ status: 200, body: { functions: [], apiKey } }, { offDocument: true });
    expect(JSON.stringify((await server.call('GET /_mock/faults')).body)).not.toContain(apiKey);
  });

  const SANDBOX = /`content-security-policy` only as `sandbox`/;
  const OK = { status: 200, body: {} };
  const withHeader = (name: string, value: string) => ({ ...OK, headers: { [name]: value } });

  it.each<[name: string, answer: object, message: RegExp, others?: object]>([
    [
      'an undocumented body',
      { status: 200, body: { functions: {} } },
      /not match the document: .*functions.*offDocument/,
    ],
    ['no body where the document requires a body', { status: 200 }, /has no body, but the document has one/],
    ['an undocumented media type', { ...withHeader('content-type', 'text/plain'), body: '' }, /text\/plain/],
    ['an undocumented status', { ...OK, status: 206 }, /do\.answer\.status.*the vendor's document has no status/],
    ['a status out of range', { ...OK, status: 600 }, /do\.answer\.status.*600/],
    ['an informational status', { status: 103 }, /do\.answer\.status/],
    ['a body with the status 204', { ...OK, status: 204 }, /do\.answer\.body.*204/, { offDocument: true }],
    ['an object as HTML', withHeader('content-type', 'text/html'), /must be a string/],
    ['a header of the connection', withHeader('Content-Length', '3'), /`content-length`/],
    ['a header of the mock', withHeader('X-Mock-Fault', 'f'), /`x-mock-fault`/],
    ['an invalid header name', withHeader('a b', ''), /`a b`/],
    ['a header value with a line break', withHeader('a', 'x\r\ny: z'), /characters/],
    ['a policy without `sandbox`', withHeader('Content-Security-Policy', "script-src 'unsafe-inline'"), SANDBOX],
    ['a policy that allows scripts', withHeader('content-security-policy', 'sandbox allow-scripts'), SANDBOX],
    [
      'an inline disposition',
      withHeader('CONTENT-DISPOSITION', 'inline'),
      /`content-disposition` only as `attachment`/,
    ],
    [
      'another content type option',
      withHeader('x-content-type-options', ''),
      /`x-content-type-options` only as `nosniff`/,
    ],
    ['a header twice', { ...OK, headers: { a: '1', A: '2' } }, /twice/],
    ['headers above the size limit', withHeader('a', 'x'.repeat(8192)), /8192/],
    ['a `status` in `do`', OK, /exclude each other/, { status: 503 }],
    ['a `body` in `do`', OK, /exclude each other/, { body: 'garbage' }],
    ['a dropped connection', OK, /exclude each other/, { drop: 'before' }],
    ['a `retryAfter` in `do`', OK, /do\.answer\.headers/, { retryAfter: 3 }],
  ])('is rejected with %s', async (_, answer, message, others = {}) => {
    const refusal = await postAnswer(answer, others);
    expect(refusal.status, JSON.stringify(refusal.body)).toBe(400);
    expect(problemDocument(refusal)).toMatch(message);
  });

  it('requires a `match` that selects operations', async () => {
    expect(problemDocument(await postAnswer({ status: 200, body: { functions: [] } }, {}, {}))).toContain(
      'Select operations',
    );
  });
});
