/** Keys as their vendor has them made, listed and deleted. */
import { describe, expect, it } from 'vitest';
import { castFunction, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { type Answer, START, testServer } from '../../support/server.ts';

const server = await testServer();
const owner = castKey('owner');
const globexKey = castKey('globex-full-access');
const KEYS = '/v3/orgs/acme/keys';
const at = (after: number) => new Date(START + after).toISOString();
const [echo] = castFunction('echo');
const [slow] = castFunction('slow');

const ALL_FUNCTIONS = { id: '*', type: 'account-functions' };
const policies = (given: Record<string, unknown> = {}) => [
  { product: 'nv-cloud-functions', scopes: ['list_functions'], resources: [ALL_FUNCTIONS], ...given },
];

const call = (request: string, body?: unknown, token: string = owner.key) =>
  server.call(request, { token, ...(body !== undefined && { body }) });
const create = (given: Record<string, unknown> = {}, type = 'SERVICE_KEY') =>
  call(`POST ${KEYS}/type/${type}`, { name: 'ci', policies: policies(), ...given });
const created = async (given: Record<string, unknown> = {}, type = 'SERVICE_KEY') => {
  const { status, body } = await create(given, type);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.apiKey;
};
const get = async (id: string) => (await call(`GET ${KEYS}/${id}`)).body.apiKey;
const listFunctions = (token: string) => server.call('GET /v2/nvcf/functions', { token });

const SUCCESS = { statusCode: 'SUCCESS', requestId: expect.any(String), serverId: expect.any(String) };

/** Expects a refusal as the NGC gateway tells it. */
const expectRefusal = ({ status, body, headers }: Answer, expected: number, code: string, said?: string | RegExp) => {
  expect(status, JSON.stringify(body)).toBe(expected);
  expect(headers['content-type']).toMatch(/^application\/json\b/);
  expect(body).toEqual({
    requestStatus: {
      statusCode: code,
      statusDescription: typeof said === 'string' ? said : expect.stringMatching(said ?? /\w/),
      requestId: expect.any(String),
      serverId: expect.any(String),
    },
  });
};
const expectForbidden = (answer: Answer) => expectRefusal(answer, 403, 'FORBIDDEN', 'Access Denied');
const expectUnauthorized = (answer: Answer) => expectRefusal(answer, 401, 'UNAUTHORIZED', 'Authentication Failed');
const expectInvalid = (answer: Answer, said?: RegExp) => expectRefusal(answer, 400, 'INVALID_REQUEST', said);

const reader = castKey('nvcf-registrar').id;
/** Every operation on keys, with a body that is good. */
const OPERATIONS: [operation: string, body: unknown][] = [
  ['GET /v3/orgs/{org}/keys', undefined],
  ['POST /v3/orgs/{org}/keys/type/SERVICE_KEY', { name: 'mine', policies: policies() }],
  ['POST /v3/orgs/{org}/keys/type/PERSONAL_KEY', { name: 'mine', policies: [{ product: 'nv-cloud-functions' }] }],
  [`GET /v3/orgs/{org}/keys/${reader}`, undefined],
  [`PATCH /v3/orgs/{org}/keys/${reader}`, { name: 'theirs' }],
  [`POST /v3/orgs/{org}/keys/${reader}/rotate`, undefined],
  [`DELETE /v3/orgs/{org}/keys/${reader}`, undefined],
];
const asked = (operation: string, org = 'acme') => operation.replace('{org}', org);

it('only the creation of a personal key was observed: no client sends SERVICE_KEY in the path', async () => {
  const { operations } = (await server.call('GET /_mock/tables/ngc')).body;
  const certaintyOf = (operation: string) => operations.find(({ id }: { id: string }) => id === operation).certainty;

  expect(certaintyOf('createPersonalKey')).toBe('observed');
  expect(certaintyOf('createServiceKey')).toBe('inferred');
});

describe("with the owner's key", () => {
  it('a service key is made, with its value this once', async () => {
    const { status, body } = await create({
      description: 'for the pipeline',
      type: 'SERVICE_KEY',
      expiryDate: at(60_000),
    });
    const shown = {
      keyId: expect.stringMatching(/^[A-Za-z0-9-]+$/),
      name: 'ci',
      description: 'for the pipeline',
      type: 'SERVICE_KEY',
      status: 'ACTIVE',
      orgName: 'acme',
      createdDate: at(0),
      expiryDate: at(60_000),
      policies: policies(),
    };

    expect(status).toBe(200);
    expect(body).toEqual({
      requestStatus: SUCCESS,
      apiKey: { ...shown, value: expect.stringMatching(/^nvapi-[A-Za-z0-9_-]{64}$/) },
    });
    expect((await listFunctions(body.apiKey.value)).status).toBe(200);
    expect((await call(`GET ${KEYS}/${body.apiKey.keyId}`)).body).toEqual({ requestStatus: SUCCESS, apiKey: shown });
  });

  it('a personal key is made, of the owner, with their roles', async () => {
    const apiKey = await created({ policies: [{ product: 'nv-cloud-functions' }] }, 'PERSONAL_KEY');

    expect(apiKey).toMatchObject({
      type: 'PERSONAL_KEY',
      user: owner.user,
      roles: owner.roles,
      policies: [{ product: 'nv-cloud-functions' }],
    });
    expect((await listFunctions(apiKey.value)).status).toBe(200);
    expect((await call(`GET ${KEYS}`, undefined, apiKey.value)).status).toBe(200);
  });

  it('scopes of a personal key count for nothing', async () => {
    const { keyId, value } = await created({ policies: policies({ scopes: ['list_clusters'] }) }, 'PERSONAL_KEY');

    expect((await get(keyId)).policies).toEqual([{ product: 'nv-cloud-functions' }]);
    expect((await listFunctions(value)).status).toBe(200);
  });

  it.each([
    ['a function', { id: `${echo?.functionId}/*`, type: 'function' }, { type: 'Function', ids: [echo?.functionId] }],
    [
      'a version',
      { id: `${echo?.functionId}/${echo?.versionId}`, type: 'function' },
      { type: 'Function Versions', ids: [`${echo?.functionId}/${echo?.versionId}`] },
    ],
    ['all functions', ALL_FUNCTIONS, { type: 'All Functions' }],
    ['all entity', { id: '*', type: 'entity' }, { type: 'All Entity' }],
  ])('a key is bound to %s in the form of the vendor', async (_what, resource, resourceOfOurs) => {
    const apiKey = await created({ policies: policies({ resources: [resource] }) });
    const { body } = await server.call(`GET /_mock/keys/${apiKey.keyId}`);

    expect(apiKey.policies[0].resources).toEqual([resource]);
    expect(body.policy.resource).toEqual(resourceOfOurs);
  });

  it('what the documents rule out is stored, as the console does', async () => {
    const apiKey = await created({ policies: policies({ scopes: ['manage_telemetries'] }) });

    expect(apiKey.policies[0].scopes).toEqual(['manage_telemetries']);
  });

  it.each([
    ['All Entity', { id: '*', type: 'entity' }],
    ['Function', { id: `${echo?.functionId}/*`, type: 'function' }],
    ['Function Versions', { id: `${echo?.functionId}/${echo?.versionId}`, type: 'function' }],
  ])('Authorize Clients with %s is stored, and a finding says what the scope needs', async (label, resource) => {
    const on = await testServer();
    const given = {
      name: `sharer-${label}`,
      policies: policies({ scopes: ['list_functions', 'authorize_clients'], resources: [resource] }),
    };
    const { status, body } = await on.call(`POST ${KEYS}/type/SERVICE_KEY`, { token: owner.key, body: given });
    const { findings } = (await on.call('GET /_mock/findings')).body;

    expect(status).toBe(200);
    expect(body.apiKey.policies).toEqual(given.policies);
    expect(findings.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining(
        'with the scope `authorize_clients`: the scope needs a resource of type `All Functions`.',
      ),
    ]);
  });

  it('two entries of one product are one product', async () => {
    const apiKey = await created({
      policies: [
        ...policies(),
        ...policies({ scopes: ['invoke_function'], resources: [{ id: `${slow?.functionId}/*`, type: 'function' }] }),
      ],
    });

    expect(apiKey.policies.map(({ product }: { product: string }) => product)).toEqual(['nv-cloud-functions']);
    expect((await server.call(`GET /_mock/keys/${apiKey.keyId}`)).body.services).toEqual(['nvcf']);
  });

  it('the list shows every key of the organisation, of both kinds, without values', async () => {
    const on = await testServer();
    const { status, body } = await on.call(`GET ${KEYS}`, { token: owner.key });
    const ours = ngcCast.keys.filter(({ org }) => org === 'acme');

    expect(status).toBe(200);
    expect(body.requestStatus).toEqual(SUCCESS);
    expect(body.apiKeys.map(({ keyId }: { keyId: string }) => keyId)).toEqual(ours.map(({ id }) => id));
    expect(JSON.stringify(body)).not.toContain('nvapi-');
    expect(body.apiKeys[0]).toMatchObject({ type: 'PERSONAL_KEY', user: owner.user, roles: owner.roles });
  });

  it('an edit changes what it names, and leaves the rest', async () => {
    const { value, ...before } = await created({ description: 'first' });
    const path = `PATCH ${KEYS}/${before.keyId}`;
    const renamed = await call(path, { name: 'renamed' });
    const later = await call(path, { expiryDate: at(60_000), description: 'second' });

    expect(renamed.status).toBe(200);
    expect(renamed.body).toEqual({ requestStatus: SUCCESS, apiKey: { ...before, name: 'renamed' } });
    expect(later.body.apiKey).toEqual({
      ...before,
      name: 'renamed',
      expiryDate: at(60_000),
      description: 'second',
    });
    expect((await server.call(`GET /_mock/keys/${before.keyId}`)).body.history).toHaveLength(1);
    expect((await listFunctions(value)).status).toBe(200);
  });

  it('an edit of the policies replaces them', async () => {
    const { keyId, value } = await created();
    const given = policies({
      scopes: ['invoke_function'],
      resources: [{ id: `${echo?.functionId}/*`, type: 'function' }],
    });
    const { body } = await call(`PATCH ${KEYS}/${keyId}`, { policies: given });

    expect(body.apiKey.policies).toEqual(given);
    expect((await listFunctions(value)).status).toBe(403);
    expect((await server.call(`GET /_mock/keys/${keyId}`)).body.history).toHaveLength(2);
  });

  it('a key is switched off and on, at once', async () => {
    const { keyId, value } = await created();
    const off = await call(`PATCH ${KEYS}/${keyId}`, { status: 'DISABLED' });
    const refused = await listFunctions(value);
    await call(`PATCH ${KEYS}/${keyId}`, { status: 'ACTIVE' });

    expect(off.body.apiKey.status).toBe('DISABLED');
    expect(refused.decision.reason).toBe('disabled_key');
    expect((await listFunctions(value)).status).toBe(200);
  });

  it('a key that ran out says so', async () => {
    const on = await testServer();
    const given = { name: 'brief', policies: policies(), expiryDate: at(1000) };
    const { body } = await on.call(`POST ${KEYS}/type/SERVICE_KEY`, { token: owner.key, body: given });
    on.clock.set(START + 1000);
    const shown = await on.call(`GET ${KEYS}/${body.apiKey.keyId}`, { token: owner.key });

    expect(shown.body.apiKey.status).toBe('EXPIRED');
    expect((await on.call('GET /v2/nvcf/functions', { token: body.apiKey.value })).decision.reason).toBe('expired_key');
  });

  it('a rotated key has a new value, and the old one ends at once', async () => {
    const { value, ...before } = await created();
    const { status, body } = await call(`POST ${KEYS}/${before.keyId}/rotate`);
    const { value: fresh, ...after } = body.apiKey;

    expect(status).toBe(200);
    expect(after).toEqual(before);
    expect(fresh).toMatch(/^nvapi-/);
    expect(fresh).not.toBe(value);
    expect((await listFunctions(value)).decision.reason).toBe('unknown_key');
    expect((await listFunctions(fresh)).status).toBe(200);
    expect(await get(before.keyId)).toEqual(before);
  });

  it('a deleted key is gone at once', async () => {
    const { keyId, value } = await created();
    const { status, body } = await call(`DELETE ${KEYS}/${keyId}`);

    expect(status).toBe(200);
    expect(body).toEqual({ requestStatus: SUCCESS });
    expect((await listFunctions(value)).decision.reason).toBe('unknown_key');
    expectRefusal(await call(`GET ${KEYS}/${keyId}`), 404, 'NOT_FOUND');
  });

  it('a key made through the switchboard is seen here, and the other way round', async () => {
    const order = {
      type: 'service',
      name: 'ours',
      services: ['nvcf'],
      scopes: ['list_functions'],
      resource: { type: 'All Functions' },
    };
    const { body } = await server.call('POST /_mock/keys', { body: order });
    const apiKey = await created();

    expect(await get(body.id)).toMatchObject({ name: 'ours', policies: policies() });
    expect((await server.call(`GET /_mock/keys/${apiKey.keyId}`)).body).toMatchObject({
      services: ['nvcf'],
      policy: { version: 1, scopes: ['list_functions'], resource: { type: 'All Functions' } },
    });
  });
});

const OF_OWNERS = 'POST /v3/orgs/{org}/keys/type/SERVICE_KEY';

describe.each(OPERATIONS)('%s', (operation, body) => {
  it('is refused for a service key', async () => {
    const answer = await call(asked(operation), body, castKey('nvcf-deployer').key);

    expectForbidden(answer);
    expect(answer.decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_permission',
      missing: [operation === OF_OWNERS ? 'keys:manage' : 'keys:own'],
    });
  });

  it('is refused below another organisation', async () => {
    const answer = await call(asked(operation, 'globex'), body);

    expectForbidden(answer);
    expect(answer.decision.reason).toBe('other_organization');
  });

  it('is unauthorized without a key', async () => {
    const answer = await server.call(asked(operation), body === undefined ? {} : { body });

    expectUnauthorized(answer);
    expect(answer.decision.reason).toBe('no_token');
  });
});

describe(`GET ${KEYS}`, () => {
  it.each(['nobody', 'ACME'])('is refused below the organisation %s', async (org) => {
    const answer = await call(`GET /v3/orgs/${org}/keys`);

    expectForbidden(answer);
    expect(answer.decision.reason).toBe('other_organization');
  });

  it.each([
    ['no header', undefined, 'no_token'],
    ['an empty bearer', 'Bearer ', 'wrong_scheme'],
    ['another scheme', `Basic ${owner.key}`, 'wrong_scheme'],
    ['the key alone', owner.key, 'wrong_scheme'],
    ['garbage', 'Bearer garbage', 'unsupported_token'],
    ['a key that is cut short', `Bearer ${owner.key.slice(0, -1)}`, 'malformed_key'],
    ['a key in another case', `Bearer ${owner.key.toUpperCase()}`, 'unsupported_token'],
    [
      'a key of which one character differs',
      `Bearer ${owner.key.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))}`,
      'foreign_key',
    ],
  ])('is unauthorized with %s', async (_what, authorization, reason) => {
    const answer = await server.call(`GET ${KEYS}`, {
      headers: { ...(authorization !== undefined && { authorization }) },
    });

    expectUnauthorized(answer);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.decision.reason).toBe(reason);
  });
});

describe.each(['nvcf-full-access', 'nvcf-user', 'air-user'])('with the personal key %s of a user', (name) => {
  const { key: token, user, roles } = castKey(name);
  const as = (request: string, body?: unknown) => call(request, body, token);

  it('a service key is not made, and the decision says which role would do', async () => {
    const answer = await as(`POST ${KEYS}/type/SERVICE_KEY`, { name: 'mine', policies: policies() });
    const { body } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expectForbidden(answer);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'missing_permission', missing: ['keys:manage'] });
    expect(body.held).toEqual(['keys:own', 'user:read']);
    expect(body.fixes[0].request).toMatchObject({ method: 'PATCH', body: { roles: [...(roles ?? []), 'ORG_OWNER'] } });
  });

  it('a personal key is made, of this user and with no more roles', async () => {
    const given = { name: 'laptop', policies: [{ product: 'air' }], user: owner.user, roles: ['ORG_OWNER'] };
    const { status, body } = await as(`POST ${KEYS}/type/PERSONAL_KEY`, given);

    expect(status).toBe(200);
    expect(body.apiKey).toMatchObject({ type: 'PERSONAL_KEY', user, roles, policies: [{ product: 'air' }] });
    const { value } = body.apiKey;
    expectForbidden(await call(`POST ${KEYS}/type/SERVICE_KEY`, { name: 'mine', policies: policies() }, value));
  });

  it('a personal key of this user is read, edited, rotated and deleted, and keeps its roles', async () => {
    const { body } = await as(`POST ${KEYS}/type/PERSONAL_KEY`, { name: 'mine', policies: [{ product: 'air' }] });
    const { value, ...shown } = body.apiKey;
    const path = `${KEYS}/${shown.keyId}`;

    expect((await as(`GET ${path}`)).body.apiKey).toEqual(shown);
    const edited = await as(`PATCH ${path}`, { name: 'renamed', roles: ['ORG_OWNER'] });
    expect(edited.body.apiKey).toEqual({ ...shown, name: 'renamed' });
    const rotated = (await as(`POST ${path}/rotate`)).body.apiKey;
    expect(rotated.value).not.toBe(value);
    expect((await as(`DELETE ${path}`)).status).toBe(200);
    expectRefusal(await as(`GET ${path}`), 404, 'NOT_FOUND');
  });

  it('the list shows the personal keys of this user, and no others', async () => {
    const { status, body } = await as(`GET ${KEYS}`);
    const shown: { keyId: string; type: string; user: string }[] = body.apiKeys;

    expect(status).toBe(200);
    expect(shown.map(({ keyId }) => keyId)).toContain(castKey(name).id);
    expect(new Set(shown.map((one) => `${one.type} of ${one.user}`))).toEqual(new Set([`PERSONAL_KEY of ${user}`]));
  });

  it.each([
    ['a service key', 'nvcf-registrar', 'the owners of acme'],
    ['the key of another user', 'owner', owner.user],
  ])('%s is as if it were not, and the decision says whose it is', async (_what, other, whose) => {
    for (const [operation, body] of OPERATIONS.filter(([one]) => one.includes(reader))) {
      const answer = await as(asked(operation).replace(reader, castKey(other).id), body);
      const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

      expectRefusal(answer, 404, 'NOT_FOUND');
      expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'foreign_object' });
      expect(decision.explanation).toContain(`belongs to \`${whose}\``);
      expect(JSON.stringify(decision.fixes)).toContain('an owner of that organisation');
    }
    expect((await get(castKey(other).id)).name).toBe(other);
  });

  it('keys of this user in another organisation are neither listed nor found', async () => {
    const order = { type: 'personal', name: 'elsewhere', services: [], user, roles: [], org: 'globex' };
    const { body: other } = await server.call('POST /_mock/keys', { body: order });
    const { body } = await as(`GET ${KEYS}`);

    expect(body.apiKeys.map(({ keyId }: { keyId: string }) => keyId)).not.toContain(other.id);
    expectRefusal(await as(`GET ${KEYS}/${other.id}`), 404, 'NOT_FOUND');
    expect((await call('GET /v3/orgs/globex/keys', undefined, other.key)).body.apiKeys).toMatchObject([
      { keyId: other.id, orgName: 'globex' },
    ]);
    await server.call(`DELETE /_mock/keys/${other.id}`);
  });
});

it('a simulated user without roles manages keys of their own', async () => {
  const simulate = async (method: string, path: string) => {
    const body = { method, path: `${KEYS}${path}`, principal: 'nvcf-user', holding: { roles: [] } };
    return (await server.call('POST /_mock/decisions/simulate', { body })).body.effect;
  };

  expect(await simulate('GET', '')).toBe('allow');
  expect(await simulate('POST', '/type/PERSONAL_KEY')).toBe('allow');
  expect(await simulate('POST', '/type/SERVICE_KEY')).toBe('deny');
});

it('of all these refusals nothing came', async () => {
  const { name, status } = await get(reader);

  expect([name, status]).toEqual(['nvcf-registrar', 'ACTIVE']);
  expect((await server.call('GET /v2/nvcf/functions', { token: castKey('nvcf-registrar').key })).decision.reason).toBe(
    'missing_scope',
  );
});

it("an owner of another organisation may manage that one's keys, and no others", async () => {
  const order = { type: 'personal', name: 'boss', services: [], roles: ['ORG_OWNER'], org: 'globex' };
  const { body } = await server.call('POST /_mock/keys', { body: order });
  const list = await call('GET /v3/orgs/globex/keys', undefined, body.key);

  const owned = ngcCast.keys.filter(({ org }) => org === 'globex');
  expect(list.body.apiKeys.map(({ orgName }: { orgName: string }) => orgName)).toEqual([
    ...owned.map(() => 'globex'),
    'globex',
  ]);
  expectForbidden(await call(`GET ${KEYS}`, undefined, body.key));
});

describe.each(OPERATIONS.filter(([operation]) => operation.includes(reader)))('%s', (operation, body) => {
  it.each([
    ['nobody has', 'nothing', 'no_such_object'],
    ['nobody has, in the form of one', '00000000-0000-4000-8000-000000000000', 'no_such_object'],
    ['another organisation has', globexKey.id, 'foreign_object'],
    ['the organisation has, in another case', owner.id.toUpperCase(), 'no_such_object'],
  ])('is 404 for an id that %s', async (_what, id, reason) => {
    const answer = await call(asked(operation).replace(reader, id), body);

    expectRefusal(answer, 404, 'NOT_FOUND');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
    expect((await listFunctions(globexKey.key)).status).toBe(200);
  });
});

describe('a body that is not what the document asks for', () => {
  const bad: [what: string, given: Record<string, unknown>, said?: RegExp][] = [
    ['an empty name', { name: '' }, /name/],
    ['a name that is too long', { name: 'n'.repeat(65) }, /name/],
    ['a description that is too long', { description: 'd'.repeat(257) }, /description/],
    ['no policies in the list', { policies: [] }, /policies/],
    ['a policy that is none', { policies: [5] }, /policies/],
    ['a policy without product', { policies: [{}] }, /product/],
    ['an unknown product', { policies: policies({ product: 'nv-dgx' }) }, /product.*`nv-dgx`.*`nv-cloud-functions`/],
    ['an empty product', { policies: policies({ product: '' }) }, /product.*`nv-cloud-functions`/],
    ['an unknown scope', { policies: policies({ scopes: ['fly'] }) }, /scope.*`fly`.*`list_functions`/],
    ['a scope that is no text', { policies: policies({ scopes: [5] }) }, /scopes/],
    [
      'an unknown resource type',
      { policies: policies({ resources: [{ id: '*', type: 'galaxy' }] }) },
      /type.*`galaxy`/,
    ],
    [
      'more scopes than a key can have',
      { policies: policies({ scopes: Array.from({ length: 1001 }, () => 'list_functions') }) },
      /`scopes` has 1001 scopes\. The maximum in this mock is 1000/,
    ],
    [
      'more resources than a key can have',
      { policies: policies({ resources: Array.from({ length: 1001 }, () => ALL_FUNCTIONS) }) },
      /`resource` has 1001 types and ids\. The maximum in this mock is 1000/,
    ],
    [
      'more entries than a list can have',
      { policies: policies({ scopes: Array.from({ length: 10_001 }, () => 'list_functions') }) },
      /an array of more than 10000 entries/,
    ],
    ['a resource without id', { policies: policies({ resources: [{ type: 'function' }] }) }, /id/],
    ['a resource without type', { policies: policies({ resources: [{ id: '*' }] }) }, /type/],
    ['a resource that is none', { policies: policies({ resources: ['*'] }) }, /resources/],
    ['a past expiry', { expiryDate: at(-1) }, /expiryDate/],
    ['an expiry now', { expiryDate: at(0) }, /expiryDate/],
    ['an expiry that is no time', { expiryDate: 'tomorrow' }, /expiryDate/],
    ['an expiry at a leap second', { expiryDate: '2026-12-31T23:59:60Z' }, /expiryDate/],
    ['an expiry after the end of time', { expiryDate: '9999-12-31T23:59:59-12:00' }, /expiryDate/],
  ];
  const badCreates: typeof bad = [
    ['no name', { name: undefined }, /name/],
    ['no policies', { policies: undefined }, /policies/],
    ['the other type than in the path', { type: 'PERSONAL_KEY' }, /type.*SERVICE_KEY/],
    ['a type that is none', { type: 'ROBOT_KEY' }, /type/],
  ];
  const badEdits: typeof bad = [['a status that is none', { status: 'EXPIRED' }, /status/]];
  const count = async () => (await server.call('GET /_mock/info')).body.counts.ngcKeys;

  it.each([...bad, ...badCreates])('is refused when a key is made: %s', async (_what, given, said) => {
    const before = await count();

    expectInvalid(await create(given), said);
    expect(await count()).toBe(before);
  });

  it('is refused when a personal key is made below the path of service keys', async () => {
    expectInvalid(await create({ type: 'SERVICE_KEY' }, 'PERSONAL_KEY'), /type.*PERSONAL_KEY/);
  });

  it.each([
    // One of each member: an edit is checked as an order is.
    ...new Map(bad.map((row) => [Object.keys(row[1]).join(), row])).values(),
    ...badEdits,
  ])('is refused when a key is edited, and nothing of it is stored: %s', async (_what, given, said) => {
    const { value: _, ...before } = await created();
    const answer = await call(`PATCH ${KEYS}/${before.keyId}`, { name: 'half', status: 'DISABLED', ...given });

    expectInvalid(answer, said);
    expect(await get(before.keyId)).toEqual(before);
  });

  it.each(['ROBOT_KEY', 'service_key', 'SERVICE_KEY%20'])('no key of the type %s is made', async (type) => {
    expectRefusal(await create({}, type), 404, 'NOT_FOUND');
  });

  it('the type in the path may be encoded, which opens nothing', async () => {
    expect((await create({}, 'SERVICE%5FKEY')).status).toBe(200);
    expectForbidden(
      await call(`POST ${KEYS}/type/SERVICE%5FKEY`, { name: 'x', policies: policies() }, castKey('nvcf-user').key),
    );
  });

  it.each(['[]', '{', ''])('is refused when it is %j', async (body) => {
    expectInvalid(await call(`POST ${KEYS}/type/SERVICE_KEY`, body));
  });

  it('is refused when it is no JSON', async () => {
    const answer = await server.call(`POST ${KEYS}/type/SERVICE_KEY`, {
      token: owner.key,
      body: 'name=ci',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

    expect(answer.status).toBe(415);
    expect(answer.body.requestStatus).toMatchObject({ statusDescription: expect.stringContaining('application/json') });
  });

  it('does not come before who asks, and what they may', async () => {
    expectUnauthorized(await server.call(`POST ${KEYS}/type/SERVICE_KEY`, { body: '{' }));
    expectForbidden(await call(`POST ${KEYS}/type/SERVICE_KEY`, '{', castKey('nvcf-deployer').key));
  });
});

it.each(['PUT', 'DELETE'])('%s of the list is 405 and names the methods there are', async (method) => {
  const answer = await call(`${method} ${KEYS}`);

  expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
  expect(answer.headers['allow']).toMatch(/GET/);
});

it('a path that no operation has is 404 in the words of the gateway', async () => {
  expectRefusal(await call(`GET ${KEYS}/${owner.id}/secrets`), 404, 'NOT_FOUND');
});
