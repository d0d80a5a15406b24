/** Creating, listing, editing and deleting keys through the API of NGC. */

import { describe, expect, it } from 'vitest';
import { castFunction, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { type Answer, START, testServer } from '../../support/server.ts';

const server = await testServer();
const owner = castKey('owner');
const globexKey = castKey('globex-full-access');
const KEYS = '/v3/orgs/acme/keys';
const isoAfter = (offset: number) => new Date(START + offset).toISOString();
const [echo] = castFunction('echo');
const [slow] = castFunction('slow');

const ALL_FUNCTIONS = { id: '*', type: 'account-functions' };
const policies = (overrides: Record<string, unknown> = {}) => [
  { product: 'nv-cloud-functions', scopes: ['list_functions'], resources: [ALL_FUNCTIONS], ...overrides },
];

const call = (request: string, body?: unknown, token: string = owner.key) =>
  server.call(request, { token, ...(body !== undefined && { body }) });
const postKey = (overrides: Record<string, unknown> = {}, type = 'SERVICE_KEY') =>
  call(`POST ${KEYS}/type/${type}`, { name: 'ci', policies: policies(), ...overrides });
const createKey = async (overrides: Record<string, unknown> = {}, type = 'SERVICE_KEY') => {
  const { status, body } = await postKey(overrides, type);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.apiKey;
};
const getKey = async (id: string) => (await call(`GET ${KEYS}/${id}`)).body.apiKey;
const listFunctions = (token: string) => server.call('GET /v2/nvcf/functions', { token });

const SUCCESS = { statusCode: 'SUCCESS', requestId: expect.any(String), serverId: expect.any(String) };

/** Expects an error response in the format of the NGC gateway. */
const expectRefusal = (
  { status, body, headers }: Answer,
  expected: number,
  code: string,
  message?: string | RegExp,
) => {
  expect(status, JSON.stringify(body)).toBe(expected);
  expect(headers['content-type']).toMatch(/^application\/json\b/);
  expect(body).toEqual({
    requestStatus: {
      statusCode: code,
      statusDescription: typeof message === 'string' ? message : expect.stringMatching(message ?? /\w/),
      requestId: expect.any(String),
      serverId: expect.any(String),
    },
  });
};
const expectForbidden = (answer: Answer) => expectRefusal(answer, 403, 'FORBIDDEN', 'Access Denied');
const expectUnauthorized = (answer: Answer) => expectRefusal(answer, 401, 'UNAUTHORIZED', 'Authentication Failed');
const expectInvalid = (answer: Answer, message?: RegExp) => expectRefusal(answer, 400, 'INVALID_REQUEST', message);

const registrarId = castKey('nvcf-registrar').id;
/** Every operation on keys, with a valid body. */
const OPERATIONS: [operation: string, body: unknown][] = [
  ['GET /v3/orgs/{org}/keys', undefined],
  ['POST /v3/orgs/{org}/keys/type/SERVICE_KEY', { name: 'mine', policies: policies() }],
  ['POST /v3/orgs/{org}/keys/type/PERSONAL_KEY', { name: 'mine', policies: [{ product: 'nv-cloud-functions' }] }],
  [`GET /v3/orgs/{org}/keys/${registrarId}`, undefined],
  [`PATCH /v3/orgs/{org}/keys/${registrarId}`, { name: 'theirs' }],
  [`POST /v3/orgs/{org}/keys/${registrarId}/rotate`, undefined],
  [`DELETE /v3/orgs/{org}/keys/${registrarId}`, undefined],
];
const requestOf = (operation: string, org = 'acme') => operation.replace('{org}', org);

it('creating a personal key is observed; creating a service key is inferred', async () => {
  const { operations } = (await server.call('GET /_mock/tables/ngc')).body;
  const certaintyOf = (operation: string) => operations.find(({ id }: { id: string }) => id === operation).certainty;

  expect(certaintyOf('createPersonalKey')).toBe('observed');
  expect(certaintyOf('createServiceKey')).toBe('inferred');
});

describe('with the key of an owner', () => {
  it('creating a service key returns its value, which reading the key does not', async () => {
    const { status, body } = await postKey({
      description: 'for the pipeline',
      type: 'SERVICE_KEY',
      expiryDate: isoAfter(60_000),
    });
    const shown = {
      keyId: expect.stringMatching(/^[A-Za-z0-9-]+$/),
      name: 'ci',
      description: 'for the pipeline',
      type: 'SERVICE_KEY',
      status: 'ACTIVE',
      orgName: 'acme',
      createdDate: isoAfter(0),
      expiryDate: isoAfter(60_000),
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

  it('a created personal key has the user and the roles of the owner', async () => {
    const apiKey = await createKey({ policies: [{ product: 'nv-cloud-functions' }] }, 'PERSONAL_KEY');

    expect(apiKey).toMatchObject({
      type: 'PERSONAL_KEY',
      user: owner.user,
      roles: owner.roles,
      policies: [{ product: 'nv-cloud-functions' }],
    });
    expect((await listFunctions(apiKey.value)).status).toBe(200);
    expect((await call(`GET ${KEYS}`, undefined, apiKey.value)).status).toBe(200);
  });

  it('scopes of a personal key are ignored', async () => {
    const { keyId, value } = await createKey({ policies: policies({ scopes: ['list_clusters'] }) }, 'PERSONAL_KEY');

    expect((await getKey(keyId)).policies).toEqual([{ product: 'nv-cloud-functions' }]);
    expect((await listFunctions(value)).status).toBe(200);
  });

  it.each([
    ['a function', { id: `${echo?.functionId}/*`, type: 'function' }, { type: 'Function', ids: [echo?.functionId] }],
    ['all functions', ALL_FUNCTIONS, { type: 'All Functions' }],
  ])("a key bound to %s keeps the resource in NGC's format", async (_what, resource, stored) => {
    const apiKey = await createKey({ policies: policies({ resources: [resource] }) });
    const { body } = await server.call(`GET /_mock/keys/${apiKey.keyId}`);

    expect(apiKey.policies[0].resources).toEqual([resource]);
    expect(body.policy.resource).toEqual(stored);
  });

  it('an undocumented combination of scope and resource is stored, as in the console of NGC', async () => {
    const apiKey = await createKey({ policies: policies({ scopes: ['manage_telemetries'] }) });

    expect(apiKey.policies[0].scopes).toEqual(['manage_telemetries']);
  });

  it('two policies of one product are merged', async () => {
    const apiKey = await createKey({
      policies: [
        ...policies(),
        ...policies({ scopes: ['invoke_function'], resources: [{ id: `${slow?.functionId}/*`, type: 'function' }] }),
      ],
    });

    expect(apiKey.policies.map(({ product }: { product: string }) => product)).toEqual(['nv-cloud-functions']);
    expect((await server.call(`GET /_mock/keys/${apiKey.keyId}`)).body.services).toEqual(['nvcf']);
  });

  it('the list has the personal and service keys of the organisation, without their values', async () => {
    const own = await testServer();
    const { status, body } = await own.call(`GET ${KEYS}`, { token: owner.key });
    const expected = ngcCast.keys.filter(({ org }) => org === 'acme');

    expect(status).toBe(200);
    expect(body.requestStatus).toEqual(SUCCESS);
    expect(body.apiKeys.map(({ keyId }: { keyId: string }) => keyId)).toEqual(expected.map(({ id }) => id));
    expect(JSON.stringify(body)).not.toContain('nvapi-');
    expect(body.apiKeys[0]).toMatchObject({ type: 'PERSONAL_KEY', user: owner.user, roles: owner.roles });
  });

  it('an edit changes only the members of the request', async () => {
    const { value, ...before } = await createKey({ description: 'first' });
    const path = `PATCH ${KEYS}/${before.keyId}`;
    const renamed = await call(path, { name: 'renamed' });
    const second = await call(path, { expiryDate: isoAfter(60_000), description: 'second' });

    expect(renamed.status).toBe(200);
    expect(renamed.body).toEqual({ requestStatus: SUCCESS, apiKey: { ...before, name: 'renamed' } });
    expect(second.body.apiKey).toEqual({
      ...before,
      name: 'renamed',
      expiryDate: isoAfter(60_000),
      description: 'second',
    });
    expect((await server.call(`GET /_mock/keys/${before.keyId}`)).body.history).toHaveLength(1);
    expect((await listFunctions(value)).status).toBe(200);
  });

  it('an edit of the policies replaces them', async () => {
    const { keyId, value } = await createKey();
    const replacement = policies({
      scopes: ['invoke_function'],
      resources: [{ id: `${echo?.functionId}/*`, type: 'function' }],
    });
    const { body } = await call(`PATCH ${KEYS}/${keyId}`, { policies: replacement });

    expect(body.apiKey.policies).toEqual(replacement);
    expect((await listFunctions(value)).status).toBe(403);
    expect((await server.call(`GET /_mock/keys/${keyId}`)).body.history).toHaveLength(2);
  });

  it('a key is disabled and enabled at once', async () => {
    const { keyId, value } = await createKey();
    const disabled = await call(`PATCH ${KEYS}/${keyId}`, { status: 'DISABLED' });
    const refused = await listFunctions(value);
    await call(`PATCH ${KEYS}/${keyId}`, { status: 'ACTIVE' });

    expect(disabled.body.apiKey.status).toBe('DISABLED');
    expect(refused.decision.reason).toBe('disabled_key');
    expect((await listFunctions(value)).status).toBe(200);
  });

  it('an expired key has the status `EXPIRED`', async () => {
    const own = await testServer();
    const order = { name: 'brief', policies: policies(), expiryDate: isoAfter(1000) };
    const { body } = await own.call(`POST ${KEYS}/type/SERVICE_KEY`, { token: owner.key, body: order });
    own.clock.set(START + 1000);
    const shown = await own.call(`GET ${KEYS}/${body.apiKey.keyId}`, { token: owner.key });

    expect(shown.body.apiKey.status).toBe('EXPIRED');
    expect((await own.call('GET /v2/nvcf/functions', { token: body.apiKey.value })).decision.reason).toBe(
      'expired_key',
    );
  });

  it('rotating a key returns a new value, and the old value is rejected at once', async () => {
    const { value, ...before } = await createKey();
    const { status, body } = await call(`POST ${KEYS}/${before.keyId}/rotate`);
    const { value: fresh, ...after } = body.apiKey;

    expect(status).toBe(200);
    expect(after).toEqual(before);
    expect(fresh).toMatch(/^nvapi-/);
    expect(fresh).not.toBe(value);
    expect((await listFunctions(value)).decision.reason).toBe('unknown_key');
    expect((await listFunctions(fresh)).status).toBe(200);
    expect(await getKey(before.keyId)).toEqual(before);
  });

  it('a deleted key is rejected at once', async () => {
    const { keyId, value } = await createKey();
    const { status, body } = await call(`DELETE ${KEYS}/${keyId}`);

    expect(status).toBe(200);
    expect(body).toEqual({ requestStatus: SUCCESS });
    expect((await listFunctions(value)).decision.reason).toBe('unknown_key');
    expectRefusal(await call(`GET ${KEYS}/${keyId}`), 404, 'NOT_FOUND');
  });

  it("keys of the control API and of NGC's API are the same keys", async () => {
    const order = {
      type: 'service',
      name: 'ours',
      services: ['nvcf'],
      scopes: ['list_functions'],
      resource: { type: 'All Functions' },
    };
    const { body } = await server.call('POST /_mock/keys', { body: order });
    const apiKey = await createKey();

    expect(await getKey(body.id)).toMatchObject({ name: 'ours', policies: policies() });
    expect((await server.call(`GET /_mock/keys/${apiKey.keyId}`)).body).toMatchObject({
      services: ['nvcf'],
      policy: { version: 1, scopes: ['list_functions'], resource: { type: 'All Functions' } },
    });
  });
});

const OWNER_ONLY = 'POST /v3/orgs/{org}/keys/type/SERVICE_KEY';

describe.each(OPERATIONS)('%s', (operation, body) => {
  it('returns 403 for a service key', async () => {
    const answer = await call(requestOf(operation), body, castKey('nvcf-deployer').key);

    expectForbidden(answer);
    expect(answer.decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_permission',
      missing: [operation === OWNER_ONLY ? 'keys:manage' : 'keys:own'],
    });
  });

  it('returns 403 in the path of another organisation', async () => {
    const answer = await call(requestOf(operation, 'globex'), body);

    expectForbidden(answer);
    expect(answer.decision.reason).toBe('other_organization');
  });

  it('returns 401 without a key', async () => {
    const answer = await server.call(requestOf(operation), body === undefined ? {} : { body });

    expectUnauthorized(answer);
    expect(answer.decision.reason).toBe('no_token');
  });
});

describe(`GET ${KEYS}`, () => {
  it.each(['nobody', 'ACME'])('returns 403 for the organisation %s', async (org) => {
    const answer = await call(`GET /v3/orgs/${org}/keys`);

    expectForbidden(answer);
    expect(answer.decision.reason).toBe('other_organization');
  });

  it.each([
    ['no header', undefined, 'no_token'],
    ['another scheme', `Basic ${owner.key}`, 'wrong_scheme'],
    ['garbage', 'Bearer garbage', 'unsupported_token'],
    ['a truncated key', `Bearer ${owner.key.slice(0, -1)}`, 'malformed_key'],
    ['a key that no mock issued', `Bearer nvapi-${'a'.repeat(64)}`, 'foreign_key'],
  ])('returns 401 with %s', async (_what, authorization, reason) => {
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
  const callAs = (request: string, body?: unknown) => call(request, body, token);

  it('creating a service key returns 403, and the decision suggests a role that allows it', async () => {
    const answer = await callAs(`POST ${KEYS}/type/SERVICE_KEY`, { name: 'mine', policies: policies() });
    const { body } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expectForbidden(answer);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'missing_permission', missing: ['keys:manage'] });
    expect(body.held).toEqual(['keys:own', 'user:read']);
    expect(body.fixes[0].request).toMatchObject({ method: 'PATCH', body: { roles: [...(roles ?? []), 'ORG_OWNER'] } });
  });

  it('a created personal key has this user and no further roles', async () => {
    const order = { name: 'laptop', policies: [{ product: 'air' }], user: owner.user, roles: ['ORG_OWNER'] };
    const { status, body } = await callAs(`POST ${KEYS}/type/PERSONAL_KEY`, order);

    expect(status).toBe(200);
    expect(body.apiKey).toMatchObject({ type: 'PERSONAL_KEY', user, roles, policies: [{ product: 'air' }] });
    const { value } = body.apiKey;
    expectForbidden(await call(`POST ${KEYS}/type/SERVICE_KEY`, { name: 'mine', policies: policies() }, value));
  });

  it('a personal key of this user is read, edited, rotated and deleted, and keeps its roles', async () => {
    const { body } = await callAs(`POST ${KEYS}/type/PERSONAL_KEY`, { name: 'mine', policies: [{ product: 'air' }] });
    const { value, ...shown } = body.apiKey;
    const path = `${KEYS}/${shown.keyId}`;

    expect((await callAs(`GET ${path}`)).body.apiKey).toEqual(shown);
    const edited = await callAs(`PATCH ${path}`, { name: 'renamed', roles: ['ORG_OWNER'] });
    expect(edited.body.apiKey).toEqual({ ...shown, name: 'renamed' });
    const rotated = (await callAs(`POST ${path}/rotate`)).body.apiKey;
    expect(rotated.value).not.toBe(value);
    expect((await callAs(`DELETE ${path}`)).status).toBe(200);
    expectRefusal(await callAs(`GET ${path}`), 404, 'NOT_FOUND');
  });

  it('the list has only the personal keys of this user', async () => {
    const { status, body } = await callAs(`GET ${KEYS}`);
    const shown: { keyId: string; type: string; user: string }[] = body.apiKeys;

    expect(status).toBe(200);
    expect(shown.map(({ keyId }) => keyId)).toContain(castKey(name).id);
    expect(new Set(shown.map((key) => `${key.type} of ${key.user}`))).toEqual(new Set([`PERSONAL_KEY of ${user}`]));
  });

  it.each([
    ['a service key', 'nvcf-registrar', 'the owners of acme'],
    ['the key of another user', 'owner', owner.user],
  ])('%s returns 404, and the decision names the owner', async (_what, keyName, owners) => {
    for (const [operation, body] of OPERATIONS.filter(([operation]) => operation.includes(registrarId))) {
      const answer = await callAs(requestOf(operation).replace(registrarId, castKey(keyName).id), body);
      const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

      expectRefusal(answer, 404, 'NOT_FOUND');
      expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'foreign_object' });
      expect(decision.explanation).toContain(`belongs to \`${owners}\``);
      expect(JSON.stringify(decision.fixes)).toContain('an owner of that organisation');
    }
    expect((await getKey(castKey(keyName).id)).name).toBe(keyName);
  });

  it('keys of this user in another organisation are not listed and return 404', async () => {
    const order = { type: 'personal', name: 'elsewhere', services: [], user, roles: [], org: 'globex' };
    const { body: other } = await server.call('POST /_mock/keys', { body: order });
    const { body } = await callAs(`GET ${KEYS}`);

    expect(body.apiKeys.map(({ keyId }: { keyId: string }) => keyId)).not.toContain(other.id);
    expectRefusal(await callAs(`GET ${KEYS}/${other.id}`), 404, 'NOT_FOUND');
    expect((await call('GET /v3/orgs/globex/keys', undefined, other.key)).body.apiKeys).toMatchObject([
      { keyId: other.id, orgName: 'globex' },
    ]);
    await server.call(`DELETE /_mock/keys/${other.id}`);
  });
});

it('a simulated user without roles manages their own keys', async () => {
  const simulate = async (method: string, path: string) => {
    const body = { method, path: `${KEYS}${path}`, principal: 'nvcf-user', held: { roles: [] } };
    return (await server.call('POST /_mock/decisions/simulate', { body })).body.effect;
  };

  expect(await simulate('GET', '')).toBe('allow');
  expect(await simulate('POST', '/type/PERSONAL_KEY')).toBe('allow');
  expect(await simulate('POST', '/type/SERVICE_KEY')).toBe('deny');
});

it('the rejected requests above change no key', async () => {
  const { name, status } = await getKey(registrarId);

  expect([name, status]).toEqual(['nvcf-registrar', 'ACTIVE']);
  expect((await server.call('GET /v2/nvcf/functions', { token: castKey('nvcf-registrar').key })).decision.reason).toBe(
    'missing_scope',
  );
});

describe.each(OPERATIONS.filter(([operation]) => operation.includes(registrarId)))('%s', (operation, body) => {
  it.each([
    ['does not exist', 'nothing', 'no_such_object'],
    ['belongs to another organisation', globexKey.id, 'foreign_object'],
    ['has the wrong case', owner.id.toUpperCase(), 'no_such_object'],
  ])('returns 404 for an id that %s', async (_what, id, reason) => {
    const answer = await call(requestOf(operation).replace(registrarId, id), body);

    expectRefusal(answer, 404, 'NOT_FOUND');
    expect(answer.decision).toMatchObject({ effect: 'deny', reason });
    expect((await listFunctions(globexKey.key)).status).toBe(200);
  });
});

describe('an invalid body', () => {
  const invalidBodies: [title: string, body: Record<string, unknown>, message?: RegExp][] = [
    ['an empty name', { name: '' }, /name/],
    ['a name of 65 characters', { name: 'n'.repeat(65) }, /name/],
    ['a description of 257 characters', { description: 'd'.repeat(257) }, /description/],
    ['an empty list of policies', { policies: [] }, /policies/],
    ['a policy without product', { policies: [{}] }, /product/],
    ['an unknown product', { policies: policies({ product: 'nv-dgx' }) }, /product.*`nv-dgx`.*`nv-cloud-functions`/],
    ['an unknown scope', { policies: policies({ scopes: ['fly'] }) }, /scope.*`fly`.*`list_functions`/],
    [
      'a list of 10001 entries',
      { policies: policies({ scopes: Array.from({ length: 10_001 }, () => 'list_functions') }) },
      /an array of more than 10000 entries/,
    ],
    ['an expiry now', { expiryDate: isoAfter(0) }, /expiryDate/],
    ['an expiry after the maximum time', { expiryDate: '9999-12-31T23:59:59-12:00' }, /expiryDate/],
  ];
  const invalidOrders: typeof invalidBodies = [
    ['no name', { name: undefined }, /name/],
    ['no policies', { policies: undefined }, /policies/],
    ['a type that differs from the path', { type: 'PERSONAL_KEY' }, /type.*SERVICE_KEY/],
    ['an unknown type', { type: 'ROBOT_KEY' }, /type/],
  ];
  const invalidEdits: typeof invalidBodies = [['an unknown status', { status: 'EXPIRED' }, /status/]];
  const countKeys = async () => (await server.call('GET /_mock/info')).body.counts.ngcKeys;

  it.each([...invalidBodies, ...invalidOrders])(
    'is rejected when a key is created: %s',
    async (_what, body, message) => {
      const before = await countKeys();

      expectInvalid(await postKey(body), message);
      expect(await countKeys()).toBe(before);
    },
  );

  it('is rejected when a personal key is created with the type of a service key', async () => {
    expectInvalid(await postKey({ type: 'SERVICE_KEY' }, 'PERSONAL_KEY'), /type.*PERSONAL_KEY/);
  });

  it.each([
    // One row of each member: edits and orders have the same checks.
    ...new Map(invalidBodies.map((row) => [Object.keys(row[1]).join(), row])).values(),
    ...invalidEdits,
  ])('is rejected when a key is edited, and nothing is stored: %s', async (_what, body, message) => {
    const { value: _, ...before } = await createKey();
    const answer = await call(`PATCH ${KEYS}/${before.keyId}`, { name: 'half', status: 'DISABLED', ...body });

    expectInvalid(answer, message);
    expect(await getKey(before.keyId)).toEqual(before);
  });

  it.each(['ROBOT_KEY', 'service_key', 'SERVICE_KEY%20'])('the type %s in the path returns 404', async (type) => {
    expectRefusal(await postKey({}, type), 404, 'NOT_FOUND');
  });

  it('an encoded type in the path is accepted and has the same access checks', async () => {
    expect((await postKey({}, 'SERVICE%5FKEY')).status).toBe(200);
    expectForbidden(
      await call(`POST ${KEYS}/type/SERVICE%5FKEY`, { name: 'x', policies: policies() }, castKey('nvcf-user').key),
    );
  });

  it('is checked after authentication and authorization', async () => {
    expectUnauthorized(await server.call(`POST ${KEYS}/type/SERVICE_KEY`, { body: '{' }));
    expectForbidden(await call(`POST ${KEYS}/type/SERVICE_KEY`, '{', castKey('nvcf-deployer').key));
  });
});

it.each(['PUT', 'DELETE'])('%s of the list returns 405 with the `allow` header', async (method) => {
  const answer = await call(`${method} ${KEYS}`);

  expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
  expect(answer.headers['allow']).toMatch(/GET/);
});
