/** `Prefer: code=503` requests an error of the vendor, if the option `prefer` of the server or the world allows it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { preferredStatus } from '../../../src/http/steps/prefer-error.ts';
import { airServer } from '../../support/air-client.ts';
import { admin } from '../../support/cast.ts';
import { expectProblem, nvcfServer } from '../../support/nvcf-client.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { runaiServer } from '../../support/runai.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const USERS = 'GET /api/v1/users';

const buildHeaders = (status: number) => ({ prefer: `code=${status}` });
const setPrefer = (server: Pick<TestServer, 'call'>, isAllowed: boolean) =>
  server.call('PUT /_mock/mode', { body: { prefer: isAllowed } });

async function readNewestRequest(server: Pick<TestServer, 'call'>) {
  return (await server.call('GET /_mock/requests?limit=1')).body.requests[0];
}

it.each<[header: string, status: number | null]>([
  ['code=503', 503],
  ['code=400', 400],
  ['code=399', null],
  ['respond-async, Code = "429" ; why=test', 429],
  ['handling="strict, code=500", code=404', 404],
  ['code=403, code=500', 403],
  ['code=200, code=500', null],
  ['code=x', null],
  ['code', null],
  ['code;a=1, code=500', null],
  ['encode=500', null],
  ['code=500x', null],
  ['code="500', null],
  ['', null],
  ['return=minimal', null],
])('`Prefer: %s` requests the status %s', (header, status) => {
  expect(preferredStatus(header)).toBe(status);
});

it('a long `Prefer` header is parsed in linear time', () => {
  for (const part of ['"\\', '"', 'code=', ',', 'code;', '\\"'])
    expect(preferredStatus(part.repeat(100_000))).toBeNull();
});

describe('with the option `prefer`', async () => {
  const runai = await runaiServer({ prefer: true });
  const nvcf = await nvcfServer({ prefer: true });
  const air = await airServer({ prefer: true });
  const token = await runai.tokenOf(admin);

  beforeEach(async () => {
    for (const server of [runai, nvcf, air]) await setPrefer(server, true);
  });

  it('a request gets the preferred error, with the fault `prefer` in the journal', async () => {
    const answer = await runai.call(USERS, { token, headers: buildHeaders(503) });

    expect(answer.status).toBe(503);
    expect(runaiRefusal(answer)).toBe('Service Unavailable');
    expect(answer.headers).toMatchObject({ 'preference-applied': 'code=503', 'x-mock-fault': 'prefer' });
    expect(await readNewestRequest(runai)).toMatchObject({
      status: 503,
      fault: 'prefer',
      principal: { name: admin.email },
    });
  });

  it('the error has the format of its vendor', async () => {
    const problem = await nvcf.call('GET /v2/nvcf/functions', { headers: buildHeaders(404) });
    expectProblem(problem, 'GET /v2/nvcf/functions', 404, expect.any(String));

    const detail = await air.call('GET /api/v3/simulations/', { headers: buildHeaders(402) });
    expect(detail.status).toBe(402);
    expect(detail.body).toMatchObject({ requestStatus: { statusCode: 'PAYMENT_REQUIRED' } });
  });

  it('the operation does not run, and the journal contains the body', async () => {
    const answer = await runai.call('POST /api/v1/access-keys', {
      token,
      body: { name: 'kept' },
      headers: buildHeaders(503),
    });

    expect(answer.status).toBe(503);
    expect(await readNewestRequest(runai)).toMatchObject({
      status: 503,
      done: false,
      request: { body: { name: 'kept' } },
    });
    const { body } = await runai.call('GET /api/v1/access-keys', { token });
    expect(body.accessKeys.map(({ name }: { name: string }) => name)).not.toContain('kept');
  });

  it('an undocumented status is rejected with 400 and the documented ones', async () => {
    const answer = await runai.call('POST /api/v1/token', { body: {}, headers: buildHeaders(418) });

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).toBe(
      'Header `Prefer: code=418`: the vendor\'s document lists only 400, 500, 503 for grant_token. A fault (`POST /_mock/faults`) can have any status, with `"offDocument": true`.',
    );
    expect(answer.headers).not.toHaveProperty('preference-applied');
  });

  it('other preferences and codes below 400 are ignored', async () => {
    const headers = { prefer: 'return=minimal, code=201' };
    expect((await runai.call(USERS, { token, headers })).status).toBe(200);
  });

  it('a preference takes precedence over a fault', async () => {
    const { body: fault } = await runai.call('POST /_mock/faults', {
      body: { match: { operation: 'get_users' }, times: 1, do: { status: 403 } },
    });

    expect((await runai.call(USERS, { token, headers: buildHeaders(503) })).status).toBe(503);
    const { body } = await runai.call(`GET /_mock/faults/${fault.id}`);
    expect(body).toMatchObject({ seen: 1, fired: 0, shadowedBy: 'prefer' });
    expect((await runai.call(USERS, { token })).status).toBe(403);
  });

  it('the control API ignores preferences', async () => {
    expect((await runai.call('GET /_mock/mode', { headers: buildHeaders(503) })).body).toEqual({
      mode: 'enforce',
      prefer: true,
    });
  });

  it('preferences are disabled by the mode of a world and enabled again by a reset', async () => {
    await setPrefer(runai, false);
    expect((await runai.call(USERS, { token, headers: buildHeaders(503) })).status).toBe(200);
    await runai.call('POST /_mock/reset');
    expect((await runai.call(USERS, { headers: buildHeaders(503) })).status).toBe(503);
  });
});

describe('without the option `prefer`', () => {
  it('a preference is ignored and adds a finding with the option', async () => {
    const server = await testServer();
    expect((await server.call(USERS, { headers: buildHeaders(503) })).status).toBe(401);
    const { body } = await server.call('GET /_mock/findings');
    expect(body.findings).toMatchObject([{ kind: 'ignored_preference', message: expect.stringContaining('--prefer') }]);
  });

  it('preferences are enabled for a single world', async () => {
    const server = await testServer();
    await makeWorld(server, { id: 'other' });
    await server.call('PUT /w/other/_mock/mode', { body: { prefer: true } });

    expect((await server.call('GET /w/other/api/v1/users', { headers: buildHeaders(503) })).status).toBe(503);
    expect((await server.call(USERS, { headers: buildHeaders(503) })).status).toBe(401);
  });

  it('an empty change of the mode is rejected', async () => {
    const server = await testServer();
    const answer = await server.call('PUT /_mock/mode', { body: {} });
    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toContain('`prefer`');
  });
});
