/** Simulated decisions. */

import { describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
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
    ['owner', 'GET /v2/nvcf/functions', 'allow', null],
    ['owner', 'GET /v3/orgs/acme/keys', 'allow', null],
    ['owner', `GET /v3/orgs/acme/keys/${castKey('nvcf-user').id}`, 'allow', null],
    ['nvcf-deployer', `GET ${buildVersionsPath(echo?.functionId)}`, 'allow', null],
    ['nvcf-deployer', `GET ${DEPLOYMENT}`, 'allow', null],
    ['loses', 'GET /v2/nvcf/functions', 'allow', null],
    ['rebound', `GET ${buildVersionsPath(echo?.functionId)}`, 'allow', null],
    ['gains', 'GET /v2/nvcf/functions', 'deny', 'missing_scope'],
    ['nvcf-registrar', `POST ${DEPLOYMENT}`, 'deny', 'missing_scope'],
    ['nvcf-user', `DELETE ${buildVersionsPath(echo?.functionId)}/${echo?.versionId}`, 'deny', 'missing_scope'],
    ['nvcf-user', 'GET /v3/orgs/acme/keys', 'allow', null],
    ['nvcf-user', 'POST /v3/orgs/acme/keys/type/SERVICE_KEY', 'deny', 'missing_permission'],
    ['nvcf-deployer', 'GET /v3/orgs/acme/keys', 'deny', 'missing_permission'],
    ['nvcf-deployer', 'GET /v2/orgs/globex/nvcf/functions', 'deny', 'other_organization'],
    ['unserved', 'GET /v2/nvcf/functions', 'deny', 'service_not_enabled'],
    ['nvcf-invoker', 'GET /v2/nvcf/registry-credentials', 'deny', 'missing_scope'],
    ['rebound', `GET ${buildVersionsPath(slow?.functionId)}`, 'deny', 'resource_mismatch'],
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

  it('on an incompatible resource type', async () => {
    const key = await createKey({
      name: 'typed',
      scopes: ['register_function'],
      resource: { type: 'Function', ids: [echo?.functionId] },
    });
    const real = await readDecision(key.key, 'POST /v2/nvcf/functions');
    const { body } = await simulate(key.id, 'POST /v2/nvcf/functions');

    expect(real).toMatchObject({ effect: 'deny', reason: 'incompatible_resource_type' });
    expect(removeVolatile(body)).toEqual(removeVolatile(real));
  });

  it('on an operation that no key may call', async () => {
    const on = await testServer({ nvcf: 'open-source' });
    const { id, key } = castKey('nvcf-full-access');
    const real = await readDecision(key, 'GET /v2/nvcf/clusterGroups', on);
    const { body } = await simulate(id, 'GET /v2/nvcf/clusterGroups', on);

    expect(real).toMatchObject({ effect: 'deny', reason: 'closed_to_keys' });
    expect(removeVolatile(body)).toEqual(removeVolatile(real));
  });

  it.each([
    ['expired', 'expired_key'],
    ['disabled', 'disabled_key'],
  ])('on a key that is %s', async (state, reason) => {
    const on = await resetTestServer(resettable);
    const fields = { scopes: ['list_functions'], expiresAt: new Date(START + 1000).toISOString() };
    const { id, key } = await createKey(fields, on);
    if (state === 'expired') on.clock.set(START + 1000);
    else await editKey(id, { status: 'disabled' }, on);
    const real = await readDecision(key, 'GET /v2/nvcf/functions', on);
    const { body } = await simulate(id, 'GET /v2/nvcf/functions', on);

    expect(real).toMatchObject({ effect: 'deny', reason });
    expect(body).toMatchObject({ effect: 'deny', reason });
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

  it('records no decision', async () => {
    const on = await resetTestServer(resettable);
    const { body } = await simulate(castKey('nvcf-deployer').id, 'GET /v2/nvcf/functions', on);

    expect((await on.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await on.call(`GET /_mock/decisions/${body.id}`)).status).toBe(404);
  });

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
  const OWN = 'GET /api/v1/access-keys';

  it.each([
    ['an administrator by id', admin.id, ALL, 'allow', null],
    ['an administrator by e-mail', admin.email, ALL, 'allow', null],
    ['an administrator by the client id of a key', admin.accessKey.clientId, ALL, 'allow', null],
    ['a researcher by id', researcher.id, ALL, 'deny', 'missing_permission'],
    ['a researcher by e-mail', researcher.email, ALL, 'deny', 'missing_permission'],
    ['a researcher by the client id of a key', researcher.accessKey.clientId, ALL, 'deny', 'missing_permission'],
    ['a researcher on their own keys', researcher.email, OWN, 'allow', null],
    ['an application by client id', application.clientId, ALL, 'allow', null],
    ['a service account by client id', adminBot.clientId, ALL, 'allow', null],
  ])('has the right decision: %s', async (_title, principal, request, effect, reason) => {
    const { status, body } = await simulate(principal, request);

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ effect, reason, service: 'runai' });
  });

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

describe('a simulation for a key by its name', () => {
  it.each([
    ['nvcf-deployer', 'GET /v2/nvcf/functions'],
    ['air-reader', 'GET /api/v3/simulations/'],
    ['nvcf-user', 'GET /v3/orgs/acme/keys'],
  ])('equals that by its id: %s, %s', async (name, request) => {
    const [byName, byId] = [await simulate(name, request), await simulate(castKey(name).id, request)];

    expect(byName.body.principal).toMatchObject({ name });
    expect(removeVolatile(byName.body)).toEqual(removeVolatile(byId.body));
  });

  it('is rejected as ambiguous if several keys have the name', async () => {
    for (const org of ['acme', 'globex']) await createKey({ name: 'twin', org });
    const answer = await simulate('twin', 'GET /v2/nvcf/functions');

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toContain('Several keys have the name `twin`');
  });
});

describe('a decision', () => {
  it('has all missing scopes in `missing`, alternatives in `missingAnyOf`, and the used ones in `used`', async () => {
    const LIST = 'GET /v2/nvcf/functions';
    const READERS = ['list_functions', 'list_functions_details'];
    const createKeyWithScopes = async (scopes: string[]) =>
      (await createKey({ name: `has-${scopes.length}-${scopes[0]}`, scopes })).key;

    expect((await readDecision(await createKeyWithScopes([]), LIST)).missingAnyOf).toEqual(READERS);
    expect(await readDecision(await createKeyWithScopes([]), LIST)).not.toHaveProperty('missing');
    expect((await readDecision(await createKeyWithScopes([]), `GET ${DEPLOYMENT}`)).missing).toEqual(
      expect.arrayContaining(['deploy_function']),
    );
    expect(
      (await readDecision(await createKeyWithScopes(['list_functions_details', 'invoke_function']), LIST)).used,
    ).toEqual(['list_functions_details']);
    expect((await readDecision(await createKeyWithScopes(READERS), LIST)).used).toEqual(READERS);
  });

  it('has the missing scopes in its header too', async () => {
    const { key } = await createKey({ name: 'has-nothing' });
    const { decision } = await server.call('GET /v2/nvcf/functions', { token: key });

    expect(decision).toEqual({
      id: expect.any(String),
      effect: 'deny',
      reason: 'missing_scope',
      certainty: 'contradicted',
      missingAnyOf: ['list_functions', 'list_functions_details'],
    });
  });
});

describe('a simulation is rejected', () => {
  const { id } = castKey('owner');
  const valid = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

  it.each<[title: string, fields: Record<string, unknown>, message: string]>([
    ['an unknown principal', { principal: 'nobody' }, 'principal'],
    ['the secret of a key', { principal: castKey('owner').key }, 'principal'],
    ['no principal', { principal: undefined }, 'principal'],
    ['an empty principal', { principal: '' }, 'principal'],
    ['a principal that is not a string', { principal: 5 }, 'principal'],
    ['a path that no operation has', { path: '/v2/nvcf/nothing' }, 'path'],
    ['a path without a leading slash', { path: 'v2/nvcf/functions' }, 'path'],
    ['no path', { path: undefined }, 'path'],
    ['a path that is not a string', { path: 5 }, 'path'],
    ['a path with an empty segment', { path: '/v2/nvcf/functions//versions' }, 'path'],
    ['a path that cannot be decoded', { path: '/v2/nvcf/functions/%zz/versions' }, 'path'],
    ['a whole URL', { path: 'http://localhost:6625/v2/nvcf/functions' }, 'path'],
    ['a method that the path does not have', { method: 'DELETE' }, 'method'],
    ['a method in lower case', { method: 'get' }, 'method'],
    ['an unknown method', { method: 'FETCH' }, 'method'],
    ['no method', { method: undefined }, 'method'],
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

  it.each(['GET /_mock/health', 'POST /_mock/reset', 'POST /_mock/decisions/simulate'])(
    'or is allowed as public on the control API: %s',
    async (request) => {
      const { status, body } = await simulate(id, request);

      expect([status, body.effect ?? 'refused']).toEqual(status === 200 ? [200, 'allow'] : [400, 'refused']);
    },
  );
});
