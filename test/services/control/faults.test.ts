import { beforeEach, describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import { admin, researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { INTROSPECTION, oauthError, postForm, REALM_TOKEN, REVOCATION, V2_TOKEN } from '../../support/oauth.ts';
import { problemDocument, runaiRefusal } from '../../support/refusal-shapes.ts';
import { type Answer, testServer } from '../../support/server.ts';
import { makeWorld, tokenOf } from '../../support/worlds.ts';

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('warn', false, clock, (line) => void log.push(line)) },
);
const { clientId, clientSecret } = admin.accessKey;
const credentials = { grantType: 'client_credentials', clientId, clientSecret };

const postFault = (body: unknown) => server.call('POST /_mock/faults', { body });
const addFault = async (body: unknown): Promise<string> => {
  const answer = await postFault(body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
};
const readNewestRequest = async () => (await server.call('GET /_mock/requests?limit=1')).body.requests[0];
/** Returns the warnings about unused faults, oldest first. */
const readWarnings = () => log.filter((line) => line.includes('was never injected'));
/** Expects the status and returns the problem document as text. */
const readRefusal = (answer: Answer, status = 400): string => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return problemDocument(answer);
};

beforeEach(async () => {
  await server.call('POST /_mock/reset');
  log.length = 0;
});

describe('a fault', () => {
  it('fails the next request once with the error of the vendor, without running the operation', async () => {
    const id = await addFault({
      match: { operation: 'grant_token' },
      times: 1,
      do: { status: 503, retryAfter: 2, offDocument: true },
    });

    const failed = await server.grant(credentials);
    expect(failed.status).toBe(503);
    expect(runaiRefusal(failed)).toBe('Service Unavailable');
    expect(failed.headers).toMatchObject({ 'x-mock-fault': id, 'retry-after': '2' });
    expect(await readNewestRequest()).toMatchObject({ status: 503, fault: id, done: false });

    expect((await server.grant(credentials)).status).toBe(200);
    expect((await readNewestRequest()).fault).toBeNull();
    expect((await server.call(`GET /_mock/faults/${id}`)).body).toMatchObject({ seen: 1, fired: 1 });
  });

  it.each([
    ['1ms', '1'],
    ['1500ms', '2'],
    ['PT1M30S', '90'],
  ])('with the retry delay %s returns whole seconds, rounded up: %s', async (retryAfter, seconds) => {
    await addFault({ do: { status: 503, retryAfter, offDocument: true } });

    expect((await server.grant(credentials)).headers['retry-after']).toBe(seconds);
  });

  it('of several operations applies `times` to all of them together', async () => {
    const match = { operations: ['grant_token', 'get_users'] };
    const id = await addFault({ match, times: 2, do: { status: 503, offDocument: true } });
    const calls = ['GET /api/v1/users', 'GET /api/v1/access-keys', 'POST /api/v1/token', 'GET /api/v1/users'];
    const statuses: number[] = [];
    for (const call of calls) statuses.push((await server.call(call)).status);

    expect(statuses).toEqual([503, 401, 503, 401]);
    expect((await server.call(`GET /_mock/faults/${id}`)).body).toMatchObject({ match, seen: 2, fired: 2 });
  });

  it('with `after` replaces the answer of an operation that has run', async () => {
    const token = await tokenOf(server.call, admin.accessKey);
    await addFault({ match: { operation: 'create_access_key1' }, do: { status: 503, after: true, offDocument: true } });

    const failed = await server.call('POST /api/v1/access-keys', { token, body: { name: 'kept' } });
    expect(failed.status).toBe(503);
    expect(await readNewestRequest()).toMatchObject({ status: 503, done: true, statusWithoutFault: 201 });
    const { body } = await server.call('GET /api/v1/access-keys', { token });
    expect(JSON.stringify(body)).toContain('kept');
  });

  it.each([
    ['runai', 'GET /api/v1/access-keys', 401],
    ['nvcf', 'GET /v2/nvcf/functions', 529],
    ['air', 'GET /api/v3/simulations/', 599],
  ])("has the vendor's status: %s %s %i", async (service, call, status) => {
    await addFault({ match: { service }, do: { status, offDocument: true } });
    expect((await server.call(call, { token: castKey('nvcf-deployer').key })).status).toBe(status);
  });

  it.each([V2_TOKEN, REALM_TOKEN, INTROSPECTION, REVOCATION])('of 401 on %s returns `invalid_client`', async (path) => {
    await addFault({ match: { service: 'runai' }, do: { status: 401, offDocument: true } });
    oauthError(await postForm(server, path, {}), 401, 'invalid_client');
  });

  it.each([401, 503])('has the documented format of the realm token endpoint: %i', async (status) => {
    await addFault({ match: { operation: 'grant_realm_token' }, times: 1, do: { status } });
    const { body } = await postForm(server, REALM_TOKEN, {});

    // A custom answer is validated against the document.
    await addFault({ match: { operation: 'grant_realm_token' }, do: { answer: { status, body } } });
  });

  it.each<[call: string, body: object]>([
    ['GET /v2/nvcf/functions', { type: 'urn:nv-boot:problem-details:too-many-requests', title: 'Too Many Requests' }],
    ['GET /v1/nvct/tasks', { type: 'urn:nv-boot:problem-details:too-many-requests', title: 'Too Many Requests' }],
    ['POST /llm/v1/embeddings', { message: 'Too Many Requests' }],
  ])('of 429 does not call the request invalid: %s', async (call, body) => {
    await addFault({ match: {}, do: { status: 429, offDocument: true } });
    const failed = await server.call(call);

    expect(failed.status).toBe(429);
    expect(failed.body).toMatchObject(body);
    expect(JSON.stringify(failed.body)).not.toMatch(/valid|invalid/i);
  });

  it('skips the first `after` requests, and a `probability` depends on its seed', async () => {
    await addFault({ match: { operation: 'grant_token' }, after: 2, times: 1, do: { status: 400 } });
    const readStatuses = async (count: number) => {
      const all: number[] = [];
      for (let index = 0; index < count; index += 1) all.push((await server.grant(credentials)).status);
      return all;
    };
    expect(await readStatuses(4)).toEqual([200, 200, 400, 200]);

    const runs: number[][] = [];
    for (const seed of ['a', 'a', 'b']) {
      await server.call('POST /_mock/reset');
      await addFault({ match: { operation: 'grant_token', probability: 0.5, seed }, do: { status: 400 } });
      runs.push(await readStatuses(20));
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
    expect(new Set(runs[0])).toEqual(new Set([200, 400]));
  });

  it('matches by caller, by the client of a token request, and by body', async () => {
    await addFault({ match: { operation: 'grant_token', principal: admin.email }, do: { status: 400 } });
    expect((await server.grant(credentials)).headers['x-mock-fault']).toBeDefined();
    const token = await tokenOf(server.call, researcher.accessKey);

    await server.call('DELETE /_mock/faults');
    await addFault({ match: { principal: researcher.email, operation: 'get_access_keys' }, do: { status: 401 } });
    expect((await server.call('GET /api/v1/access-keys', { token })).status).toBe(401);
    const other = await tokenOf(server.call, admin.accessKey);
    expect((await server.call('GET /api/v1/access-keys', { token: other })).status).toBe(200);

    await server.call('DELETE /_mock/faults');
    await addFault({
      match: { operation: 'create_access_key1', body: { name: 'unlucky' } },
      do: { status: 409, offDocument: true },
    });
    expect((await server.call('POST /api/v1/access-keys', { token, body: { name: 'lucky' } })).status).toBe(201);
    expect((await server.call('POST /api/v1/access-keys', { token, body: { name: 'unlucky' } })).status).toBe(409);
  });

  it('matches by body only requests that are allowed and valid, where the headers decide, and counts each once', async () => {
    const match = { operation: 'createFunction', body: { name: 'unlucky' } };
    const id = await addFault({ match, do: { status: 503, offDocument: true } });
    const later = await addFault({
      match: { operation: 'createFunction' },
      after: 1,
      do: { status: 429, offDocument: true },
    });
    const register = (key: string, body: object) =>
      server.call('POST /v2/nvcf/functions', { token: castKey(key).key, body });
    const valid = { name: 'unlucky', inferenceUrl: '/', containerImage: 'nvcr.io/acme/x:1' };
    const answers = [
      await register('nvcf-registrar', valid),
      await register('nvcf-registrar', valid),
      await register('nvcf-invoker', valid),
    ];
    await server.call(`DELETE /_mock/faults/${later}`);
    answers.push(await register('nvcf-invoker', valid), await register('nvcf-registrar', { name: 'unlucky' }));

    expect(answers.map(({ status }) => status)).toEqual([503, 429, 429, 403, 400]);
    // Two requests were answered before they were decided.
    expect((await server.call(`GET /_mock/faults/${id}`)).body).toMatchObject({ seen: 3, fired: 1, shadowedBy: later });
  });

  it('replaces the response of a grant, whose client the journal still names', async () => {
    await addFault({ match: { operation: 'grant_token' }, do: { status: 503, after: true, offDocument: true } });
    await server.grant(credentials);

    const recorded = await readNewestRequest();
    expect(recorded).toMatchObject({ statusWithoutFault: 200, done: true, principal: { clientId } });
    expect(recorded).not.toHaveProperty('tokenExpiresAt');
  });

  it('has the body of a request that it answered in the journal, wherever the request is decided', async () => {
    await addFault({ match: { service: 'nvcf' }, do: { status: 503, offDocument: true } });
    await addFault({ match: { service: 'runai' }, do: { status: 503, offDocument: true } });
    await server.call('POST /v2/nvcf/functions', { body: { name: 'f' } });
    expect((await readNewestRequest()).request.body).toEqual({ name: 'f' });
    await server.call('POST /api/v1/token', { body: { grantType: 'x' } });
    expect((await readNewestRequest()).request.body).toEqual({ grantType: 'x' });
  });

  it('matches by the fields of a form as by the members of a JSON body', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await addFault({
      match: { operation: 'grant_token_v2', body: { grant_type: 'client_credentials' } },
      do: { status: 503, offDocument: true },
    });
    const requestToken = async (grantType: string) =>
      (
        await server.call('POST /api/v2/token', {
          body: `grant_type=${grantType}&client_id=a&client_secret=b`,
          headers,
        })
      ).status;
    expect(await requestToken('client_credentials')).toBe(503);
    expect(await requestToken('refresh_token')).not.toBe(503);
  });

  it('with `after` matches by the reason of the refusal', async () => {
    await addFault({
      match: { operation: 'grant_token', reason: 'wrong_secret' },
      do: { status: 503, after: true, offDocument: true },
    });
    expect((await server.grant(credentials)).status).toBe(200);
    expect((await server.grant({ ...credentials, clientSecret: 'wrong' })).status).toBe(503);
  });

  it('ends its delay when its world is deleted', async () => {
    const world = await makeWorld(server, { id: 'waits' });
    await world.call('POST /_mock/faults', { body: { do: { delay: '5m' } } });
    const delayed = world.call('GET /api/v1/users');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.call('DELETE /_mock/worlds/waits');
    expect((await delayed).status).toBe(401);
  });

  describe('with `for`', () => {
    const OUTAGE = {
      match: { operation: 'grant_token' },
      for: '30s',
      do: { status: 503, retryAfter: 'end', offDocument: true },
    };
    const advance = (by: string) => server.call('POST /_mock/clock/advance', { body: { by } });

    it('ends by the clock of its world, and returns the seconds until then', async () => {
      const { body: fault } = await postFault(OUTAGE);
      expect(Date.parse(fault.until) - Date.parse(fault.createdAt)).toBe(30_000);
      expect((await server.grant(credentials)).headers).toMatchObject({ 'retry-after': '30' });
      await advance('20s');
      expect((await server.grant(credentials)).headers).toMatchObject({ 'retry-after': '10' });
      await advance('10s');
      expect((await server.grant(credentials)).status).toBe(200);

      expect((await server.call(`GET /_mock/faults/${fault.id}`)).body).toMatchObject({ fired: 2, ended: fault.until });
      expect(readWarnings()).toEqual([]);
    });

    it('ends at the next event of the clock', async () => {
      const { body: fault } = await postFault(OUTAGE);
      const { body } = await server.call('POST /_mock/clock/advance', { body: { to: 'next-event' } });

      expect(body.events).toContainEqual({ at: fault.until, kind: 'fault.ended', fault: fault.id });
      expect((await server.grant(credentials)).status).toBe(200);
    });

    it('is a warning in the log if it was never injected', async () => {
      const id = await addFault(OUTAGE);
      await advance('31s');
      await server.call('GET /_mock/faults');
      await server.call('DELETE /_mock/faults');

      const message = `the fault ${id} (operation \`grant_token\`) was never injected: no request matched`;
      expect(readWarnings()).toEqual([expect.stringContaining(message)]);
    });

    it('that is not a duration, or is missing for `end`, is rejected', async () => {
      for (const wrong of ['', 'soon', '0s', '9999999d'])
        expect(readRefusal(await postFault({ ...OUTAGE, for: wrong }))).toContain('Field `for` must be');
      expect(readRefusal(await postFault({ ...OUTAGE, for: undefined }))).toContain('requires `for`');
    });
  });

  it('that ended stays listed without counting as one of the 100, until all are deleted', async () => {
    const order = { match: { operation: 'grant_token' }, times: 1, do: { status: 503, offDocument: true } };
    const first = await addFault(order);
    await server.grant(credentials);
    const { createdAt, ended } = (await server.call(`GET /_mock/faults/${first}`)).body;
    expect(Date.parse(ended)).toBeGreaterThanOrEqual(Date.parse(createdAt));
    for (let number = 0; number < 100; number += 1) {
      await addFault(order);
      await server.grant(credentials);
    }
    for (let number = 0; number < 100; number += 1) await addFault({ match: { service: 'air' }, do: { delay: '1ms' } });
    const { faults, total } = (await server.call('GET /_mock/faults?limit=500')).body;

    expect(total).toBe(200);
    expect(faults.filter((fault: { ended?: string }) => fault.ended !== undefined)).toHaveLength(100);
    expect((await server.call(`GET /_mock/faults/${first}`)).status).toBe(404);
    expect((await postFault(order)).status).toBe(409);
    await server.call('DELETE /_mock/faults');
    expect((await server.call('GET /_mock/faults')).body.total).toBe(0);
  });

  it('that is deleted by id before it was injected is no warning', async () => {
    const id = await addFault({ match: { operation: 'grant_token' }, do: { status: 400 } });
    const before = readWarnings();
    expect((await server.call(`DELETE /_mock/faults/${id}`)).status).toBe(204);

    expect(readWarnings()).toEqual(before);
  });

  it('that was never injected is a warning when all are deleted, and at a reset', async () => {
    const id = await addFault({ match: { operation: 'grant_token' }, after: 3, do: { status: 400 } });
    await server.grant(credentials);
    expect((await server.call('DELETE /_mock/faults')).status).toBe(204);
    expect(readWarnings().at(-1)).toContain(
      `the fault ${id} (operation \`grant_token\`) was never injected: it skips the first 3 matching requests, and only 1 arrived`,
    );

    const other = await addFault({ match: { service: 'air' }, do: { delay: '1s' } });
    await server.call('POST /_mock/reset');
    expect(readWarnings().at(-1)).toContain(
      `the fault ${other} (service \`air\`) was never injected: no request matched`,
    );
    expect((await server.call('GET /_mock/faults')).body).toMatchObject({ faults: [], total: 0 });
  });

  it.each([
    // The mock's own document lists these; the vendor's does not.
    ['runai', 'get_access_keys', 400],
    ['air', 'simulations_create', 415],
    ['nvcf', 'createFunction', 415],
  ])(
    'needs `offDocument` for a status that the vendor does not document: %s, %s, %i',
    async (service, operation, status) => {
      const refusal = await postFault({ match: { service, operation }, do: { status } });
      expect(readRefusal(refusal)).toMatch(new RegExp(`the vendor's document has no status ${status} for `));
      const accepted = await postFault({ match: { service, operation }, do: { status, offDocument: true } });
      expect(accepted.body.certainty).toBe('ours');
    },
  );

  it.each([
    ['runai', 'grant_token', 400],
    ['nvcf', 'createFunction', 400],
    ['air', 'simulations_list', 500],
    ['air', undefined, 500],
    ['nvcf', 'invokeFunction', 429],
  ])('accepts a status that the vendor documents: %s, %s, %i', async (service, operation, status) => {
    const match = { service, ...(operation !== undefined && { operation }) };
    const { status: answerStatus, body } = await postFault({ match, do: { status } });

    expect([answerStatus, body.certainty], JSON.stringify(body)).toEqual([201, 'documented']);
  });

  it('injects 500 in the format of the other errors of Air', async () => {
    await addFault({ match: { operation: 'simulations_list' }, do: { status: 500 } });

    // The test server throws at any 500, with the body in the message.
    await expect(server.call('GET /api/v3/simulations/', { token: castKey('air-user').key })).rejects.toThrow(
      /\{"detail":"Internal Server Error","request_id":"[0-9a-f-]{36}"\}/,
    );
  });

  it('injects a redirect to a large result of a function', async () => {
    const answer = { status: 302, headers: { location: 'https://results.test/1' } };
    const { status, body } = await postFault({ match: { operation: 'getInvocationStatus' }, do: { answer } });

    expect([status, body.certainty], JSON.stringify(body)).toEqual([201, 'documented']);
  });

  it.each([
    [{}, '`do`'],
    [{ do: {} }, 'Field `do` is empty'],
    [{ do: { retryAfter: 1 } }, 'Field `do.status` is missing'],
    [{ do: { status: 429 }, match: { operation: 'grant_token' } }, 'set `do.offDocument` to true'],
    [
      { do: { status: 503 } },
      /^Field `match` is missing or empty, so it matches every operation, .* Select operations, such as `\{"match": \{"operation": "\w+"\}\}`\./,
    ],
    [
      { do: { status: 418 }, match: { service: 'runai' } },
      /^Field `do.status`: the vendor's document has no status 418 for .* and \d+ more\./,
    ],
    [{ do: { status: 418 }, match: { path: '/api/v1/users' } }, /has no status 418 for `[a-z_]+` and `[a-z_]+`\./],
    [{ do: { status: 200 } }, 'an HTTP error status'],
    [{ do: { status: 600, offDocument: true } }, 'from 400 to 599'],
    [{ do: { status: 400 }, match: { operation: 'grant_tokn' } }, 'Did you mean `grant_token`?'],
    [{ do: { status: 400 }, match: { operation: 'grant_token', service: 'air' } }, 'can never match'],
    [
      { do: { drop: 'before' }, match: { operations: ['get_users', 'grant_token'], method: 'GET' } },
      /^Field `match.method` is `GET`, which can never match: no operation with operation `grant_token` has it\./,
    ],
    [
      { do: { drop: 'before' }, match: { operation: 'get_users', path: '/api/v1/users/' } },
      'Field `match.path` is `/api/v1/users/`, which can never match: no operation with operation `get_users` has it. Did you mean `/api/v1/users`?',
    ],
    [{ do: { status: 400, offDocument: true }, match: { status: 200 } }, '`do.after` as true'],
    [{ do: { delay: '6m' } }, 'up to 5 minutes'],
    [{ do: { delay: { min: '2s', max: '1s' } } }, 'must not be longer'],
    [{ do: { drop: 'body', body: 'empty' } }, 'exclude each other'],
    [{ do: { drop: 'before', status: 503, offDocument: true } }, 'never be seen'],
    [{ do: { delay: '1s' }, match: { probability: 0 } }, 'would never be injected'],
    [{ do: { delay: '1s' }, times: 0 }, 'at least 1'],
    [{ do: { delay: '1s' }, match: { body: { padding: 'x'.repeat(20_000) } } }, '16384 characters'],
    [{ do: { delay: '1s' }, matches: {} }, 'matches'],
  ])('is rejected as %j', async (body, message) => {
    expect(readRefusal(await postFault(body))).toEqual(
      typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    );
  });

  it.each([
    '/api/v3/simulations/',
    '/api/v3/simulations',
    '/api/v3/simulations/{id}',
    '/api/v1/access-keys/{id}',
    '/api/v1/access-keys/17',
  ])('is accepted with the path %s', async (path) => {
    await addFault({ do: { drop: 'before' }, match: { path } });
  });
});
