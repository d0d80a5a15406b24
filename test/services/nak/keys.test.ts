import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, EVENTS, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { placeOf } from '../../support/nvcf-client.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const server = (): Promise<TestServer> => testServer({ nvcf: 'open-source' });
const shared = await server();
const DAY = 86_400_000;

describe('the key service', () => {
  it('is part of a server under `--nvcf open-source` alone', async () => {
    const documented = await testServer();

    expect((await documented.call('GET /v1/services')).status).toBe(404);
    expect((await documented.call('GET /openapi/nak.json')).status).toBe(404);
    expect((await shared.call('GET /v1/services')).status).toBe(200);
  });

  it('lists the services and their limits', async () => {
    const { body } = await shared.call('GET /v1/services');

    expect(body.services).toHaveLength(3);
    expect(body.services[0]).toEqual({
      service_id: FUNCTIONS,
      service_name: 'nvcf-api',
      audience_service_ids: [FUNCTIONS],
      max_api_keys_per_user: 8,
      max_api_key_ttl_days: 365,
      max_authz_size_chars: 2048,
      min_authz_update_interval_seconds: 3,
    });
    expect((await shared.call(`GET /v1/services/${TASKS}`)).body.service_id).toBe(TASKS);
    const unknown = await shared.call('GET /v1/services/other');
    expect(unknown).toMatchObject({ status: 404, body: { detail: "Service 'other' not found" } });
  });
});

describe('a new key', () => {
  it('is shown once, and is accepted by Cloud Functions for its scopes alone', async () => {
    const { status, body } = await createKey(shared);

    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      value: expect.stringMatching(/^nvapi-[\w-]{64}$/),
      status: 'ACTIVE',
      owner_type: 'USER',
      owner_id: 'ci@example.test',
      issuer_service_id: FUNCTIONS,
      audience_service_ids: [FUNCTIONS],
      description: 'from a test',
      created_at: '2026-01-15T12:00:00.000Z',
      expires_at: '2026-01-16T12:00:00.000Z',
      authorizations: authorizationsFor(['list_functions']),
    });
    expect((await shared.call('GET /v2/nvcf/functions', { token: body.value })).status).toBe(200);
    const refused = await shared.call('POST /v2/nvcf/functions', { token: body.value, body: {} });
    expect(refused).toMatchObject({ status: 403, decision: { missing: ['register_function'] } });

    const masked = `nvapi-**********${body.value.slice(-3)}`;
    const { value: _, ...rest } = body;
    const read = await shared.call(`GET /v1/keys/${body.id}`, { headers: asOwner() });
    expect(read.body).toEqual({ ...rest, value: masked });
    const { authorizations, ...listed } = rest;
    const list = await shared.call('GET /v1/keys', { headers: asOwner() });
    expect(list.body.keys.at(-1)).toEqual({ ...listed, value: masked });
  });

  it('is a key of the control API, whose edits it shows', async () => {
    const { body } = await createKey(shared, {}, asOwner('edited@example.test'));
    const { body: key } = await shared.call(`GET /_mock/keys/${body.id}`);
    expect(key).toMatchObject({ name: 'from a test', type: 'service', services: ['nvcf'], org: 'acme' });

    await shared.call(`PATCH /_mock/keys/${body.id}`, { body: { scopes: ['queue_details'] } });
    const { body: read } = await shared.call(`GET /v1/keys/${body.id}`, { headers: asOwner('edited@example.test') });
    expect(read.authorizations.policies).toMatchObject([{ aud: FUNCTIONS, scopes: ['queue_details'] }]);
  });

  it('is refused by Cloud Functions as soon as it is deleted', async () => {
    const { body: key } = await createKey(shared, {}, asOwner('deleted@example.test'));
    const list = async () => (await shared.call('GET /v2/nvcf/functions', { token: key.value })).status;
    expect(await list()).toBe(200);
    await shared.call(`DELETE /v1/keys/${key.id}`, { headers: asOwner('deleted@example.test') });

    expect(await list()).toBe(403);
  });

  it('may be for the event ledger, whose operations are not emulated', async () => {
    const authorizations = authorizationsFor(['fnds:getEvents'], EVENTS);
    const { body } = await createKey(shared, { authorizations }, asOwner('events@example.test', EVENTS));
    expect(body).toMatchObject({ issuer_service_id: EVENTS, audience_service_ids: [EVENTS], authorizations });

    const about = { audience_service_id: EVENTS, key: body.value };
    const introspected = await shared.call('POST /v1/introspect', { body: about });
    expect(introspected).toMatchObject({ status: 200, body: { authorizations } });
    const rule = 'POST /v1/namespaces/event-ledger/evaluations/apikey.allow';
    const evaluated = await shared.call(rule, { body: { input: { apiKey: body.value } } });
    expect(evaluated.body.result).toMatchObject({ allowed: true, policy: authorizations.policies[0] });
    expect((await shared.call(`GET /_mock/keys/${body.id}`)).body).toMatchObject({ services: [] });
    for (const path of ['/v2/nvcf/functions', '/v1/nvct/tasks'])
      expect((await shared.call(`GET ${path}`, { token: body.value })).status).toBe(403);
    const events = await shared.call('GET /v3/ledger/namespace/acme/events', { token: body.value });
    expect(events).toMatchObject({ status: 404, body: { detail: expect.stringContaining('Nothing is served') } });
  });

  it.each<
    [name: string, body: Record<string, unknown>, headers: Record<string, string>, status: number, detail: string]
  >([
    ['without an owner', {}, { 'key-issuer-id': FUNCTIONS }, 400, 'Key-Owner-Id is not set'],
    ['without an issuer', {}, { 'key-owner-id': 'a' }, 400, 'Key-Issuer-Id is not set'],
    ['of an unknown issuer', {}, asOwner('a', 'other'), 400, 'Caller service not registered'],
    ['without a description', { description: undefined }, asOwner('a'), 400, 'description is invalid'],
    [
      'whose members are all null',
      { description: null, expires_at: null, authorizations: null },
      asOwner('a'),
      400,
      'description is invalid',
    ],
    [
      'with null for end and authorizations',
      { expires_at: null, audience_service_ids: [], authorizations: null },
      asOwner('a'),
      400,
      'expires_at must be in the future and not more than 365 days from now',
    ],
    [
      'for nobody, with null for authorizations',
      { audience_service_ids: [], authorizations: null },
      asOwner('a'),
      400,
      "audience_service_ids can't be empty",
    ],
    ['with null for authorizations', { authorizations: null }, asOwner('a'), 400, 'authorizations can not be null'],
    [
      'with a long text for authorizations',
      { authorizations: 'a'.repeat(2047) },
      asOwner('a'),
      400,
      'authorizations size can not be greater than 2048 but was 2049',
    ],
    ['with an empty description', { description: '' }, asOwner('a'), 400, 'description is invalid'],
    ['with a long description', { description: 'a'.repeat(65) }, asOwner('a'), 400, 'description is invalid'],
    ['with other signs', { description: 'a.b' }, asOwner('a'), 400, 'description is invalid'],
    ...[undefined, '2026-01-15T12:00:00Z', '2027-01-15T12:00:01Z', 'tomorrow'].map(
      (expires_at): [string, Record<string, unknown>, Record<string, string>, number, string] => [
        `that expires ${expires_at ?? 'never'}`,
        { expires_at },
        asOwner('a'),
        400,
        'expires_at must be in the future and not more than 365 days from now',
      ],
    ),
    ['for nobody', { audience_service_ids: [] }, asOwner('a'), 400, "audience_service_ids can't be empty"],
    [
      'for other services',
      { audience_service_ids: ['z', FUNCTIONS, 'b'] },
      asOwner('a'),
      400,
      `service '${FUNCTIONS}' cannot use audiences: b,z`,
    ],
    ['without authorizations', { authorizations: undefined }, asOwner('a'), 400, 'authorizations can not be null'],
    [
      'with long authorizations',
      { authorizations: { a: 'b'.repeat(2041) } },
      asOwner('a'),
      400,
      'authorizations size can not be greater than 2048 but was 2049',
    ],
  ])('%s is refused', async (_, body, headers, status, detail) => {
    const answer = await createKey(shared, body, headers);

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:nv-boot:problem-details:bad-request',
      title: 'Bad Request',
      status,
      detail,
      instance: '/v1/keys',
    });
  });

  it.each([
    ['the longest description', { description: 'a'.repeat(64) }],
    ['the latest end', { expires_at: '2027-01-15T12:00:00Z' }],
    ['its own issuer twice', { audience_service_ids: [FUNCTIONS, FUNCTIONS] }],
    ['authorizations of 2048 characters', { authorizations: { a: 'b'.repeat(2040) } }],
    ['authorizations of any form', { authorizations: { policies: [{ scopes: ['x'], other: [1] }] } }],
  ])('may have %s', async (name, body) => {
    expect((await createKey(shared, body, asOwner(name))).status).toBe(200);
  });

  it.each(['of text', 5, false, [{ policies: [] }], ['a', null]])(
    'may have %j as authorizations, which give no rights',
    async (authorizations) => {
      const headers = asOwner(`any value ${JSON.stringify(authorizations)}`);
      const { status, body } = await createKey(shared, { authorizations }, headers);
      expect([status, body.authorizations]).toEqual([200, authorizations]);

      const { body: read } = await shared.call(`GET /v1/keys/${body.id}`, { headers });
      expect(read.authorizations).toEqual(authorizations);
      expect((await shared.call('GET /v2/nvcf/functions', { token: body.value })).status).toBe(403);
    },
  );

  it('that cannot be read is refused before its headers', async () => {
    const { status, body } = await shared.call('POST /v1/keys', {
      body: '{',
      headers: { 'content-type': 'application/json' },
    });

    expect(status).toBe(400);
    expect(body.detail).toMatch(/^Failed to read request/);
  });

  it('is one of eight at most, expired and suspended ones included; after two days an expired one is forgotten', async () => {
    const { call, clock, ...own } = await server();
    const one = { ...own, call, clock } as TestServer;
    const concurrent = await Promise.all(Array.from({ length: 10 }, () => createKey(one)));
    expect(concurrent.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 400, 400]);

    const ninth = await createKey(one, { authorizations: undefined });
    expect(ninth.body.detail).toBe('Actor reached maximum allowed number of keys in service');
    expect((await createKey(one, {}, asOwner('ci@example.test', TASKS))).status).toBe(200);
    expect((await createKey(one, {}, asOwner('other@example.test'))).status).toBe(200);

    await call('POST /_mock/clock/advance', { body: { by: '25h' } });
    const later = { expires_at: '2026-02-01T00:00:00Z' };
    const { body } = await call('GET /v1/keys', { headers: asOwner() });
    expect(body.keys.map(({ status }: { status: string }) => status)).toEqual(Array(8).fill('EXPIRED'));
    expect((await createKey(one, later)).status).toBe(400);
    await call('POST /_mock/clock/advance', { body: { by: '48h' } });
    expect((await call('GET /v1/keys', { headers: asOwner() })).body).toEqual({ keys: [] });
    expect((await createKey(one, later)).status).toBe(200);
  });

  it('is kept for two days after its end', async () => {
    const own = await server();
    const end = Date.parse('2026-01-16T12:00:00Z');
    await createKey(own, { expires_at: new Date(end).toISOString() });
    const statusesAt = async (time: number) => {
      own.clock.set(time);
      const { body } = await own.call('GET /v1/keys', { headers: asOwner() });
      return body.keys.map(({ status }: { status: string }) => status);
    };

    expect(await statusesAt(end + 2 * DAY - 1)).toEqual(['EXPIRED']);
    expect(await statusesAt(end + 2 * DAY)).toEqual([]);
  });
});

describe('a key of another owner or issuer', () => {
  it.each(['GET /v1/keys/ID', 'DELETE /v1/keys/ID', 'PUT /v1/keys/ID/authorizations'])(
    'is not found: %s',
    async (request) => {
      const { body } = await createKey(shared, {}, asOwner('mine@example.test'));
      const others = [asOwner('mine@example.test', TASKS), asOwner('yours@example.test')];
      for (const headers of others) {
        const sent = request.startsWith('PUT') ? { body: { authorizations: {} } } : {};
        const answer = await shared.call(request.replace('ID', body.id), { headers, ...sent });
        expect(answer).toMatchObject({ status: 404, body: { detail: 'Key not found' } });
      }
      const own = asOwner('mine@example.test');
      expect((await shared.call(`DELETE /v1/keys/${body.id}`, { headers: own })).status).toBe(204);
      expect((await shared.call('GET /v2/nvcf/functions', { token: body.value })).status).toBe(403);
    },
  );

  it.each(['GET /v1/keys/ID', 'DELETE /v1/keys/ID', 'PUT /v1/keys/ID/authorizations'])(
    'is not found by an id that is no UUID, after the headers and the body are checked: %s',
    async (request) => {
      const call = (id: string, headers: Record<string, string>, authorizations?: object) =>
        shared.call(request.replace('ID', id), {
          headers,
          ...(request.startsWith('PUT') && { body: { authorizations } }),
        });

      const answer = await call('no-uuid', asOwner(), {});
      expect(answer).toMatchObject({ status: 404, body: { detail: 'Key not found' } });
      expect((await call('no-uuid', { 'key-owner-id': 'a' }, {})).body.detail).toBe('Key-Issuer-Id is not set');
      if (request.startsWith('PUT')) {
        expect((await call('no-uuid', asOwner())).body.detail).toBe('authorizations can not be null');
      }
    },
  );

  it('is not found among the keys of NGC', async () => {
    const { body } = await shared.call('GET /_mock/cast');
    const { id } = body.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-deployer');

    expect((await shared.call(`GET /v1/keys/${id}`, { headers: asOwner() })).status).toBe(404);
  });
});

describe('new authorizations', () => {
  const put = (one: TestServer, id: string, authorizations: object | undefined, headers = asOwner()) =>
    one.call(`PUT /v1/keys/${id}/authorizations`, { body: { authorizations }, headers });

  it('replace the old ones at once, once in three seconds, also where several are sent together', async () => {
    const one = await server();
    const { body: key } = await createKey(one);
    const next = authorizationsFor(['queue_details']);

    const soon = await put(one, key.id, next);
    expect(soon).toMatchObject({ status: 429, body: { title: 'Too Many Requests', detail: 'Slow down.' } });
    await one.call('POST /_mock/clock/advance', { body: { by: '3s' } });
    const several = await Promise.all([1, 2, 3].map(() => put(one, key.id, next)));
    expect(several.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    expect((await one.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
    expect(
      (await one.call('GET /v2/nvcf/queues/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', { token: key.value }))
        .status,
    ).toBe(200);
  });

  it('of a key that is not active, or too long, or missing, are refused', async () => {
    const one = await server();
    const { body: key } = await createKey(one);
    await one.call('POST /_mock/clock/advance', { body: { by: '3s' } });
    const { body: missing } = await put(one, key.id, undefined);
    expect(missing.detail).toBe('authorizations can not be null');
    const { body: long } = await put(one, key.id, { a: 'b'.repeat(3000) });
    expect(long.detail).toBe('authorizations size can not be greater than 2048 but was 3008');

    await one.call('POST /_mock/clock/advance', { body: { by: '25h' } });
    expect((await put(one, key.id, {})).body.detail).toBe('Key is not active');
  });

  it('for another service end the rights at Cloud Functions', async () => {
    const one = await server();
    const { body: key } = await createKey(one);
    await one.call('POST /_mock/clock/advance', { body: { by: '3s' } });
    expect((await put(one, key.id, authorizationsFor(['list_functions'], TASKS))).status).toBe(200);

    const refused = await one.call('GET /v2/nvcf/functions', { token: key.value });
    expect(refused).toMatchObject({
      status: 403,
      body: { type: 'urn:nv-boot:problem-details:forbidden', detail: 'Authorization failed' },
      decision: { reason: 'service_not_enabled' },
    });
    const { functionId } = placeOf('echo');
    const invoked = await one.call(`POST /v2/nvcf/pexec/functions/${functionId}`, { token: key.value, body: {} });
    expect(invoked.body.detail).toBe('Authorization failed');
    const atHost = await one.call('POST /echo', {
      token: key.value,
      headers: { host: `${functionId}.invocation.localhost` },
      body: {},
    });
    expect(atHost).toMatchObject({ status: 403, body: { detail: 'Authorization failed' } });
  });
});
