/** Simulated decisions. */

import { describe, expect, it } from 'vitest';
import { admin, researcher } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { resetTestServer, START, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer({ propagation: 'fixed' });
/** A server for tests that change the clock or read its whole state. */
const resettable = await testServer({ propagation: 'fixed' });
const [echo] = castFunction('echo');
const [slow] = castFunction('slow');
const [hidden] = castFunction('private');
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

const simulate = (principal: unknown, request: string, on: TestServer = server) => {
  const [method, path] = request.split(' ');
  return on.call('POST /_mock/decisions/simulate', { body: { principal, method, path } });
};
const readDecision = async (token: string, request: string, on: TestServer = server) => {
  const { decision } = await on.call(request, { token, ...(/^(POST|PUT|PATCH)/.test(request) && { body: {} }) });
  return (await on.call(`GET /_mock/decisions/${decision.id}`)).body;
};
/** Removes what a simulated decision cannot share with a real one; hints depend on the sent body. */
const removeVolatile = ({ id: _, at: __, target: ___, fixes = [], ...rest }: Record<string, unknown>) => ({
  ...rest,
  fixes: [fixes].flat().filter((fix) => (fix as { readonly kind: string }).kind !== 'hint'),
});

const createKey = async (fields: Record<string, unknown>, on: TestServer = server) => {
  const defaults = { type: 'service', name: 'ci', services: ['nvcf'], scopes: [], resource: { type: 'All Functions' } };
  const { body } = await on.call('POST /_mock/keys', { body: { ...defaults, ...fields } });
  return body as { readonly id: string; readonly key: string };
};
const editKey = (id: string, body: unknown, on: TestServer = server) => on.call(`PATCH /_mock/keys/${id}`, { body });

const gains = await createKey({ name: 'gains' });
const loses = await createKey({ name: 'loses', scopes: ['list_functions'] });
const rebound = await createKey({
  name: 'rebound',
  scopes: ['list_functions'],
  resource: { type: 'Function', ids: [echo?.functionId] },
});
const unserved = await createKey({ name: 'unserved', scopes: ['list_functions'], services: [] });
await editKey(gains.id, { scopes: ['list_functions'] });
await editKey(loses.id, { scopes: [] });
await editKey(rebound.id, { resource: { type: 'Function', ids: [slow?.functionId] } });

const buildVersionsPath = (functionId = '') => `/v2/nvcf/functions/${functionId}/versions`;
const DEPLOYMENT = `/v2/nvcf/deployments/functions/${echo?.functionId}/versions/${echo?.versionId}`;
const createdKeys = { gains, loses, rebound, unserved };
const findKey = (name: string) => createdKeys[name as keyof typeof createdKeys] ?? castKey(name);

describe('a simulated decision equals the real decision', () => {
  const cases: [name: string, request: string, effect: string, reason: string | null][] = [
    ['owner', 'GET /v3/orgs/acme/keys', 'allow', null],
    ['loses', 'GET /v2/nvcf/functions', 'allow', null],
    ['gains', 'GET /v2/nvcf/functions', 'deny', 'missing_scope'],
    ['nvcf-user', 'POST /v3/orgs/acme/keys/type/SERVICE_KEY', 'deny', 'missing_permission'],
    ['nvcf-deployer', 'GET /v2/orgs/globex/nvcf/functions', 'deny', 'other_organization'],
    ['rebound', `GET ${buildVersionsPath(UNKNOWN_ID)}`, 'deny', 'resource_mismatch'],
    ['nvcf-full-access', `GET ${buildVersionsPath(UNKNOWN_ID)}`, 'deny', 'no_such_object'],
    ['nvcf-full-access', `GET ${buildVersionsPath(hidden?.functionId)}`, 'deny', 'foreign_object'],
    ['owner', `GET /v3/orgs/acme/keys/${castKey('globex-full-access').id}`, 'deny', 'foreign_object'],
    ['owner', 'GET /v3/orgs/acme/keys/nothing', 'deny', 'no_such_object'],
  ];

  it.each(cases)('%s: %s', async (name, request, effect, reason) => {
    const { id, key } = findKey(name);
    const real = await readDecision(key, request);
    const { status, body } = await simulate(id, request);

    expect(real).toMatchObject({ effect, reason });
    expect(status).toBe(200);
    expect(removeVolatile(body)).toEqual(removeVolatile(real));
    expect([body.at, body.target]).toEqual([real.at, real.target]);
  });

  it('before and after a pending edit takes effect', async () => {
    const on = await resetTestServer(resettable);
    const { id, key } = await createKey({}, on);
    await editKey(id, { scopes: ['list_functions'] }, on);
    for (const [elapsed, effect] of [
      [899_999, 'deny'],
      [900_000, 'allow'],
    ] as const) {
      on.clock.set(START + elapsed);
      const real = await readDecision(key, 'GET /v2/nvcf/functions', on);
      const { body } = await simulate(id, 'GET /v2/nvcf/functions', on);

      expect(real.effect).toBe(effect);
      expect(real.pending?.effectiveAt).toBe(effect === 'deny' ? new Date(START + 900_000).toISOString() : undefined);
      expect(removeVolatile(body)).toEqual(removeVolatile(real));
    }
  });

  it('regardless of a query, and with HEAD as GET', async () => {
    const { id } = castKey('nvcf-deployer');

    expect((await simulate(id, 'GET /v2/nvcf/functions?visibility=private')).body).toMatchObject({ effect: 'allow' });
    expect((await simulate(id, 'HEAD /v2/nvcf/functions')).body).toMatchObject({
      effect: 'allow',
      operation: 'listFunctions',
    });
  });

  it('on a public operation, which is allowed', async () => {
    const { body } = await simulate(castKey('nvcf-deployer').id, 'GET /health');

    expect(body).toMatchObject({ effect: 'allow', rule: null, reason: null });
  });
});

describe('a simulation', () => {
  const readState = async (on: TestServer) =>
    JSON.stringify([
      (await on.call('GET /_mock/decisions?limit=2000')).body,
      await listHints(on),
      (await on.call('GET /_mock/keys?limit=1000')).body,
      (await on.call('GET /_mock/info')).body.counts,
      (await on.call('GET /v2/nvcf/functions', { token: castKey('owner').key })).body,
    ]).replaceAll(/"[0-9a-f]{12}-\d+"/g, '""');

  it('of any operation changes nothing', async () => {
    const on = await resetTestServer(resettable);
    const before = await readState(on);
    await on.call('POST /_mock/reset');
    for (const request of [
      `DELETE ${buildVersionsPath(echo?.functionId)}/${echo?.versionId}`,
      `DELETE /v3/orgs/acme/keys/${castKey('nvcf-user').id}`,
      `POST /v3/orgs/acme/keys/${castKey('owner').id}/rotate`,
      'POST /v3/orgs/acme/keys/type/SERVICE_KEY',
      `POST /v2/nvcf/pexec/functions/${echo?.functionId}`,
      `POST ${DEPLOYMENT}`,
      `PUT ${DEPLOYMENT}`,
      'GET /v2/nvcf/functions?unknown=1',
    ]) {
      expect([request, (await simulate(castKey('owner').id, request, on)).body.effect]).toEqual([request, 'allow']);
    }

    expect(await readState(on)).toBe(before);
  });

  it('has no header `x-mock-decision` and contains no secret', async () => {
    const answer = await simulate(castKey('nvcf-deployer').id, 'GET /v2/nvcf/functions');

    expect(answer.decision).toBeNull();
    expect(JSON.stringify(answer.body)).not.toContain('nvapi-');
  });
});

describe('a simulation for a principal of Run:ai', () => {
  const ALL = 'GET /api/v1/administration/access-keys';

  it.each([researcher.id, researcher.email, researcher.accessKey.clientId])(
    'equals the real decision: %s',
    async (principal) => {
      const real = await readDecision(await server.tokenOf(researcher), ALL);
      const { body } = await simulate(principal, ALL);

      expect(body).toMatchObject({ effect: real.effect, reason: real.reason, rule: real.rule, missing: real.missing });
      expect(body.principal).toMatchObject({ id: real.principal.id, name: real.principal.name });
      expect(body.fixes).toEqual(real.fixes);
    },
  );

  it('is rejected for operations of other services, and for NGC keys in Run:ai', async () => {
    expect((await simulate(admin.id, 'GET /v2/nvcf/functions')).status).toBe(400);
    expect((await simulate(castKey('owner').id, ALL)).status).toBe(400);
  });
});

describe('a simulation is rejected', () => {
  const { id } = castKey('owner');
  const valid = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

  it.each<[title: string, fields: Record<string, unknown>, message: string]>([
    ['the secret of a key', { principal: castKey('owner').key }, 'principal'],
    ['a path that no operation has', { path: '/v2/nvcf/nothing' }, 'path'],
    ['a path that cannot be decoded', { path: '/v2/nvcf/functions/%zz/versions' }, 'path'],
    ['a path without a leading slash', { path: 'v2/nvcf/functions' }, 'path'],
    ['a method that the path does not have', { method: 'DELETE' }, 'method'],
  ])('for %s', async (_title, fields, message) => {
    const answer = await server.call('POST /_mock/decisions/simulate', { body: { ...valid, ...fields } });

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(problemDocument(answer)).toContain(message);
    expect(JSON.stringify(answer.body)).not.toContain('nvapi-');
  });

  it('with the supported methods of the path in the error', async () => {
    const answer = await simulate(id, 'PATCH /v2/nvcf/functions');

    expect(problemDocument(answer)).toMatch(/GET.*POST/);
  });
});
