/** Requests that were only thought of. */
import { describe, expect, it } from 'vitest';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { afresh, START, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer({ propagation: 'fixed' });
/** Where a test moves the clock, or looks at all that there is. */
const another = await testServer({ propagation: 'fixed' });
const [echo] = castFunction('echo');
const [slow] = castFunction('slow');
const [hidden] = castFunction('private');
const NOBODYS = '00000000-0000-4000-8000-000000000000';

const simulate = (principal: unknown, request: string, on: TestServer = server) => {
  const [method, path] = request.split(' ');
  return on.call('POST /_mock/decisions/simulate', { body: { principal, method, path } });
};
const decisionOf = async (token: string, request: string, on: TestServer = server) => {
  const { decision } = await on.call(request, { token, ...(/^(POST|PUT|PATCH)/.test(request) && { body: {} }) });
  return (await on.call(`GET /_mock/decisions/${decision.id}`)).body;
};
/** Without what only one of two decisions can have: hints are about what was really sent. */
const grounds = ({ id: _, at: __, target: ___, fixes = [], ...rest }: Record<string, unknown>) => ({
  ...rest,
  fixes: [fixes].flat().filter((fix) => (fix as { readonly kind: string }).kind !== 'hint'),
});

const make = async (given: Record<string, unknown>, on: TestServer = server) => {
  const order = { type: 'service', name: 'ci', services: ['nvcf'], scopes: [], resource: { type: 'All Functions' } };
  const { body } = await on.call('POST /_mock/keys', { body: { ...order, ...given } });
  return body as { readonly id: string; readonly key: string };
};
const edit = (id: string, body: unknown, on: TestServer = server) => on.call(`PATCH /_mock/keys/${id}`, { body });

const gains = await make({ name: 'gains' });
const loses = await make({ name: 'loses', scopes: ['list_functions'] });
const rebound = await make({
  name: 'rebound',
  scopes: ['list_functions'],
  resource: { type: 'Function', ids: [echo?.functionId] },
});
const unserved = await make({ name: 'unserved', scopes: ['list_functions'], services: [] });
await edit(gains.id, { scopes: ['list_functions'] });
await edit(loses.id, { scopes: [] });
await edit(rebound.id, { resource: { type: 'Function', ids: [slow?.functionId] } });

const versions = (functionId = '') => `/v2/nvcf/functions/${functionId}/versions`;
const deployment = (one = echo) => `/v2/nvcf/deployments/functions/${one?.functionId}/versions/${one?.versionId}`;
const made = { gains, loses, rebound, unserved };
const keyOf = (name: string) => made[name as keyof typeof made] ?? castKey(name);

describe('what is simulated is what the real request gets', () => {
  const cases: [name: string, request: string, effect: string, reason: string | null][] = [
    ['owner', 'GET /v2/nvcf/functions', 'allow', null],
    ['owner', 'GET /v3/orgs/acme/keys', 'allow', null],
    ['owner', `GET /v3/orgs/acme/keys/${castKey('nvcf-user').id}`, 'allow', null],
    ['nvcf-deployer', `GET ${versions(echo?.functionId)}`, 'allow', null],
    ['nvcf-deployer', `GET ${deployment()}`, 'allow', null],
    ['loses', 'GET /v2/nvcf/functions', 'allow', null],
    ['rebound', `GET ${versions(echo?.functionId)}`, 'allow', null],
    ['gains', 'GET /v2/nvcf/functions', 'deny', 'missing_scope'],
    ['nvcf-registrar', `POST ${deployment()}`, 'deny', 'missing_scope'],
    ['nvcf-user', `DELETE ${versions(echo?.functionId)}/${echo?.versionId}`, 'deny', 'missing_scope'],
    ['nvcf-user', 'GET /v3/orgs/acme/keys', 'allow', null],
    ['nvcf-user', 'POST /v3/orgs/acme/keys/type/SERVICE_KEY', 'deny', 'missing_permission'],
    ['nvcf-deployer', 'GET /v3/orgs/acme/keys', 'deny', 'missing_permission'],
    ['nvcf-deployer', 'GET /v2/orgs/globex/nvcf/functions', 'deny', 'other_organization'],
    ['unserved', 'GET /v2/nvcf/functions', 'deny', 'service_not_enabled'],
    ['nvcf-invoker', 'GET /v2/nvcf/registry-credentials', 'deny', 'missing_scope'],
    ['rebound', `GET ${versions(slow?.functionId)}`, 'deny', 'resource_mismatch'],
    ['rebound', `GET ${versions(NOBODYS)}`, 'deny', 'resource_mismatch'],
    ['nvcf-full-access', `GET ${versions(NOBODYS)}`, 'deny', 'no_such_object'],
    ['nvcf-full-access', `GET ${versions(hidden?.functionId)}`, 'deny', 'foreign_object'],
    ['owner', `GET /v3/orgs/acme/keys/${castKey('globex-full-access').id}`, 'deny', 'foreign_object'],
    ['owner', 'GET /v3/orgs/acme/keys/nothing', 'deny', 'no_such_object'],
  ];

  it.each(cases)('%s: %s', async (name, request, effect, reason) => {
    const { id, key } = keyOf(name);
    const real = await decisionOf(key, request);
    const { status, body } = await simulate(id, request);

    expect(real).toMatchObject({ effect, reason });
    expect(status).toBe(200);
    expect(grounds(body)).toEqual(grounds(real));
    expect([body.at, body.target]).toEqual([real.at, real.target]);
  });

  it('of a wrong resource type', async () => {
    const key = await make({
      name: 'typed',
      scopes: ['register_function'],
      resource: { type: 'Function', ids: [echo?.functionId] },
    });
    const real = await decisionOf(key.key, 'POST /v2/nvcf/functions');
    const { body } = await simulate(key.id, 'POST /v2/nvcf/functions');

    expect(real).toMatchObject({ effect: 'deny', reason: 'incompatible_resource_type' });
    expect(grounds(body)).toEqual(grounds(real));
  });

  it('of an operation that no key may call', async () => {
    const on = await testServer({ nvcf: 'open-source' });
    const { id, key } = castKey('nvcf-full-access');
    const real = await decisionOf(key, 'GET /v2/nvcf/clusterGroups', on);
    const { body } = await simulate(id, 'GET /v2/nvcf/clusterGroups', on);

    expect(real).toMatchObject({ effect: 'deny', reason: 'closed_to_keys' });
    expect(grounds(body)).toEqual(grounds(real));
  });

  it.each([
    ['expired', 'expired_key'],
    ['disabled', 'disabled_key'],
  ])('of a key that is %s', async (what, reason) => {
    const on = await afresh(another);
    const given = { scopes: ['list_functions'], expiresAt: new Date(START + 1000).toISOString() };
    const { id, key } = await make(given, on);
    if (what === 'expired') on.clock.set(START + 1000);
    else await edit(id, { status: 'disabled' }, on);
    const real = await decisionOf(key, 'GET /v2/nvcf/functions', on);
    const { body } = await simulate(id, 'GET /v2/nvcf/functions', on);

    expect(real).toMatchObject({ effect: 'deny', reason });
    expect(body).toMatchObject({ effect: 'deny', reason });
  });

  it('with what is pending, before and after it counts', async () => {
    const on = await afresh(another);
    const { id, key } = await make({}, on);
    await edit(id, { scopes: ['list_functions'] }, on);
    for (const [after, effect] of [
      [899_999, 'deny'],
      [900_000, 'allow'],
    ] as const) {
      on.clock.set(START + after);
      const real = await decisionOf(key, 'GET /v2/nvcf/functions', on);
      const { body } = await simulate(id, 'GET /v2/nvcf/functions', on);

      expect(real.effect).toBe(effect);
      expect(real.pending?.effectiveAt).toBe(effect === 'deny' ? new Date(START + 900_000).toISOString() : undefined);
      expect(grounds(body)).toEqual(grounds(real));
    }
  });

  it('takes no notice of a query, and HEAD is GET', async () => {
    const { id } = castKey('nvcf-deployer');

    expect((await simulate(id, 'GET /v2/nvcf/functions?visibility=private')).body).toMatchObject({ effect: 'allow' });
    expect((await simulate(id, 'HEAD /v2/nvcf/functions')).body).toMatchObject({
      effect: 'allow',
      operation: 'listFunctions',
    });
  });

  it('a public operation is allowed to anybody', async () => {
    const { body } = await simulate(castKey('nvcf-deployer').id, 'GET /health');

    expect(body).toMatchObject({ effect: 'allow', rule: null, reason: null });
  });
});

describe('a simulation', () => {
  const world = async (on: TestServer) =>
    JSON.stringify([
      (await on.call('GET /_mock/decisions?limit=2000')).body,
      (await on.call('GET /_mock/findings')).body,
      (await on.call('GET /_mock/keys?limit=1000')).body,
      (await on.call('GET /_mock/info')).body.counts,
      (await on.call('GET /v2/nvcf/functions', { token: castKey('owner').key })).body,
    ]).replaceAll(/"[0-9a-f]{12}-\d+"/g, '""');

  it('leaves no decision behind, and its own has no number', async () => {
    const on = await afresh(another);
    const { body } = await simulate(castKey('nvcf-deployer').id, 'GET /v2/nvcf/functions', on);

    expect((await on.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await on.call(`GET /_mock/decisions/${body.id}`)).status).toBe(404);
  });

  it('changes nothing, whatever it is of', async () => {
    const on = await afresh(another);
    const before = await world(on);
    await on.call('POST /_mock/reset');
    for (const request of [
      `DELETE ${versions(echo?.functionId)}/${echo?.versionId}`,
      `DELETE /v3/orgs/acme/keys/${castKey('nvcf-user').id}`,
      `POST /v3/orgs/acme/keys/${castKey('owner').id}/rotate`,
      'POST /v3/orgs/acme/keys/type/SERVICE_KEY',
      `POST /v2/nvcf/pexec/functions/${echo?.functionId}`,
      `POST ${deployment()}`,
      `PUT ${deployment()}`,
      'GET /v2/nvcf/functions?unknown=1',
    ]) {
      expect([request, (await simulate(castKey('owner').id, request, on)).body.effect]).toEqual([request, 'allow']);
    }

    expect(await world(on)).toBe(before);
  });

  it('has no `x-mock-decision`, and shows no secret', async () => {
    const answer = await simulate(castKey('nvcf-deployer').id, 'GET /v2/nvcf/functions');

    expect(answer.decision).toBeNull();
    expect(JSON.stringify(answer.body)).not.toContain('nvapi-');
  });
});

describe('somebody of Run:ai', () => {
  const ALL = 'GET /api/v1/administration/access-keys';
  const OWN = 'GET /api/v1/access-keys';

  it.each([
    ['a user by id', admin.id, ALL, 'allow', null],
    ['a user by e-mail', admin.email, ALL, 'allow', null],
    ['a user by the client id of a key', admin.accessKey.clientId, ALL, 'allow', null],
    ['another user by id', researcher.id, ALL, 'deny', 'missing_permission'],
    ['another user by e-mail', researcher.email, ALL, 'deny', 'missing_permission'],
    ['another user by the client id of a key', researcher.accessKey.clientId, ALL, 'deny', 'missing_permission'],
    ['another user on their own keys', researcher.email, OWN, 'allow', null],
    ['an application by client id', application.clientId, ALL, 'allow', null],
    ['a service account by client id', adminBot.clientId, ALL, 'allow', null],
  ])('is found: %s', async (_what, principal, request, effect, reason) => {
    const { status, body } = await simulate(principal, request);

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ effect, reason, service: 'runai' });
  });

  it.each([researcher.id, researcher.email, researcher.accessKey.clientId])(
    '%s gets what the real request gets',
    async (principal) => {
      const real = await decisionOf(await server.tokenOf(researcher), ALL);
      const { body } = await simulate(principal, ALL);

      expect(body).toMatchObject({ effect: real.effect, reason: real.reason, rule: real.rule, missing: real.missing });
      expect(body.principal).toMatchObject({ id: real.principal.id, name: real.principal.name });
      expect(body.fixes).toEqual(real.fixes);
    },
  );

  it('gets nowhere in other services, nor keys in theirs', async () => {
    expect((await simulate(admin.id, 'GET /v2/nvcf/functions')).status).toBe(400);
    expect((await simulate(castKey('owner').id, ALL)).status).toBe(400);
  });
});

describe('a key by its name', () => {
  it.each([
    ['nvcf-deployer', 'GET /v2/nvcf/functions'],
    ['air-reader', 'GET /api/v3/simulations/'],
    ['nvcf-user', 'GET /v3/orgs/acme/keys'],
  ])('gets what it gets by its id: %s, %s', async (name, request) => {
    const [byName, byId] = [await simulate(name, request), await simulate(castKey(name).id, request)];

    expect(byName.body.principal).toMatchObject({ name });
    expect(grounds(byName.body)).toEqual(grounds(byId.body));
  });

  it('that several have is told to be ambiguous', async () => {
    for (const org of ['acme', 'globex']) await make({ name: 'twin', org });
    const answer = await simulate('twin', 'GET /v2/nvcf/functions');

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toContain('Several keys have the name `twin`');
  });
});

describe('what is missing', () => {
  it('is all of it, or one of several, and an allowed answer says what counted', async () => {
    const LIST = 'GET /v2/nvcf/functions';
    const READERS = ['list_functions', 'list_functions_details'];
    const held = async (scopes: string[]) => (await make({ name: `has-${scopes.length}-${scopes[0]}`, scopes })).key;

    expect((await decisionOf(await held([]), LIST)).missingAnyOf).toEqual(READERS);
    expect(await decisionOf(await held([]), LIST)).not.toHaveProperty('missing');
    expect((await decisionOf(await held([]), `GET ${deployment()}`)).missing).toEqual(
      expect.arrayContaining(['deploy_function']),
    );
    expect((await decisionOf(await held(['list_functions_details', 'invoke_function']), LIST)).used).toEqual([
      'list_functions_details',
    ]);
    expect((await decisionOf(await held(READERS), LIST)).used).toEqual(READERS);
  });

  it('is in the header, too', async () => {
    const { key } = await make({ name: 'has-nothing' });
    const { decision } = await server.call('GET /v2/nvcf/functions', { token: key });

    expect(decision).toEqual({
      ...{ id: expect.any(String), effect: 'deny', reason: 'missing_scope', certainty: 'contradicted' },
      missingAnyOf: ['list_functions', 'list_functions_details'],
    });
  });
});

describe('a simulation is refused', () => {
  const { id } = castKey('owner');
  const good = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

  it.each<[what: string, given: Record<string, unknown>, said: string]>([
    ['a principal who is nobody', { principal: 'nobody' }, 'principal'],
    ['a key by its text', { principal: castKey('owner').key }, 'principal'],
    ['no principal', { principal: undefined }, 'principal'],
    ['an empty principal', { principal: '' }, 'principal'],
    ['a principal that is no text', { principal: 5 }, 'principal'],
    ['a path that no operation has', { path: '/v2/nvcf/nothing' }, 'path'],
    ['a path without the slash', { path: 'v2/nvcf/functions' }, 'path'],
    ['no path', { path: undefined }, 'path'],
    ['a path that is no text', { path: 5 }, 'path'],
    ['a path with an empty segment', { path: '/v2/nvcf/functions//versions' }, 'path'],
    ['a path that cannot be decoded', { path: '/v2/nvcf/functions/%zz/versions' }, 'path'],
    ['a whole URL', { path: 'http://localhost:6625/v2/nvcf/functions' }, 'path'],
    ['a method that the path does not have', { method: 'DELETE' }, 'method'],
    ['a method in lower case', { method: 'get' }, 'method'],
    ['a method that is none', { method: 'FETCH' }, 'method'],
    ['no method', { method: undefined }, 'method'],
  ])('for %s', async (_what, given, said) => {
    const answer = await server.call('POST /_mock/decisions/simulate', { body: { ...good, ...given } });

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(problemDocument(answer)).toContain(said);
    expect(JSON.stringify(answer.body)).not.toContain('nvapi-');
  });

  it('and the methods that there are, are named', async () => {
    const answer = await simulate(id, 'PATCH /v2/nvcf/functions');

    expect(problemDocument(answer)).toMatch(/GET.*POST/);
  });

  it.each(['GET /_mock/health', 'POST /_mock/reset', 'POST /_mock/decisions/simulate'])(
    'or answered as public, for the switchboard itself: %s',
    async (request) => {
      const { status, body } = await simulate(id, request);

      expect([status, body.effect ?? 'refused']).toEqual(status === 200 ? [200, 'allow'] : [400, 'refused']);
    },
  );
});
