import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, EVENTS, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const startServer = (): Promise<TestServer> => testServer({ nvcf: 'open-source' });
const server = await startServer();
const DAY = 86_400_000;

describe('the key service', () => {
  it('is available only with `--nvcf open-source`', async () => {
    const documented = await testServer();

    expect((await documented.call('GET /v1/services')).status).toBe(404);
    expect((await documented.call('GET /openapi/nak.json')).status).toBe(404);
    expect((await server.call('GET /v1/services')).status).toBe(200);
  });

  it('lists the services and their limits', async () => {
    const { body } = await server.call('GET /v1/services');

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
    expect((await server.call(`GET /v1/services/${TASKS}`)).body.service_id).toBe(TASKS);
    const unknown = await server.call('GET /v1/services/other');
    expect(unknown).toMatchObject({ status: 404, body: { detail: "Service 'other' not found" } });
  });
});

describe('a created key', () => {
  it('is returned once, and is accepted by Cloud Functions for its scopes only', async () => {
    const { status, body } = await createKey(server);

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
    expect((await server.call('GET /v2/nvcf/functions', { token: body.value })).status).toBe(200);
    const refused = await server.call('POST /v2/nvcf/functions', { token: body.value, body: {} });
    expect(refused).toMatchObject({ status: 403, decision: { missing: ['register_function'] } });

    const masked = `nvapi-**********${body.value.slice(-3)}`;
    const { value: _, ...rest } = body;
    const read = await server.call(`GET /v1/keys/${body.id}`, { headers: asOwner() });
    expect(read.body).toEqual({ ...rest, value: masked });
    const { authorizations, ...listed } = rest;
    const list = await server.call('GET /v1/keys', { headers: asOwner() });
    expect(list.body.keys.at(-1)).toEqual({ ...listed, value: masked });
  });

  it('is also a key of the control API, and returns its edits', async () => {
    const { body } = await createKey(server, {}, asOwner('edited@example.test'));
    const { body: key } = await server.call(`GET /_mock/keys/${body.id}`);
    expect(key).toMatchObject({ name: 'from a test', type: 'service', services: ['nvcf'], org: 'acme' });

    await server.call(`PATCH /_mock/keys/${body.id}`, { body: { scopes: ['queue_details'] } });
    const { body: read } = await server.call(`GET /v1/keys/${body.id}`, { headers: asOwner('edited@example.test') });
    expect(read.authorizations.policies).toMatchObject([{ aud: FUNCTIONS, scopes: ['queue_details'] }]);
  });

  it('can be for the event ledger, which rejects every request because it is not emulated', async () => {
    const authorizations = authorizationsFor(['fnds:getEvents'], EVENTS);
    const { body } = await createKey(server, { authorizations }, asOwner('events@example.test', EVENTS));
    expect(body).toMatchObject({ issuer_service_id: EVENTS, audience_service_ids: [EVENTS], authorizations });

    const introspection = { audience_service_id: EVENTS, key: body.value };
    const introspected = await server.call('POST /v1/introspect', { body: introspection });
    expect(introspected).toMatchObject({ status: 200, body: { authorizations } });
    const rule = 'POST /v1/namespaces/event-ledger/evaluations/apikey.allow';
    const evaluated = await server.call(rule, { body: { input: { apiKey: body.value } } });
    expect(evaluated.body.result).toMatchObject({ allowed: true, policy: authorizations.policies[0] });
    expect((await server.call(`GET /_mock/keys/${body.id}`)).body).toMatchObject({ services: [] });
    for (const path of ['/v2/nvcf/functions', '/v1/nvct/tasks'])
      expect((await server.call(`GET ${path}`, { token: body.value })).status).toBe(403);
    const events = await server.call('GET /v3/ledger/namespace/acme/events', { token: body.value });
    expect(events).toMatchObject({ status: 404, body: { detail: expect.stringContaining('Nothing is served') } });
  });

  const EXPIRY = 'expires_at must be in the future and not more than 365 days from now';
  const TOO_LONG = 'authorizations size can not be greater than 2048 but was 2049';

  it.each<[name: string, body: Record<string, unknown>, detail: string]>([
    ['without a description', { description: undefined }, 'description is invalid'],
    ['with null for all', { description: null, expires_at: null, authorizations: null }, 'description is invalid'],
    ['with null for the expiry and more', { expires_at: null, audience_service_ids: [], authorizations: null }, EXPIRY],
    ['with a string of 2047 characters as authorizations', { authorizations: 'a'.repeat(2047) }, TOO_LONG],
    ['with authorizations of 2049 characters', { authorizations: { a: 'b'.repeat(2041) } }, TOO_LONG],
    ['with a description of 65 characters', { description: 'a'.repeat(65) }, 'description is invalid'],
    ['with a dot in the description', { description: 'a.b' }, 'description is invalid'],
    ['with an expiry now', { expires_at: '2026-01-15T12:00:00Z' }, EXPIRY],
    ['with an expiry after more than 365 days', { expires_at: '2027-01-15T12:00:01Z' }, EXPIRY],
    ['with an expiry that is no time', { expires_at: 'tomorrow' }, EXPIRY],
  ])('is rejected %s', async (_, body, detail) => {
    const answer = await createKey(server, body, asOwner('a'));

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:nv-boot:problem-details:bad-request',
      title: 'Bad Request',
      status: 400,
      detail,
      instance: '/v1/keys',
    });
  });

  it.each([
    ['a description of 64 characters', { description: 'a'.repeat(64) }],
    ['an expiry after 365 days', { expires_at: '2027-01-15T12:00:00Z' }],
    ['authorizations of 2048 characters', { authorizations: { a: 'b'.repeat(2040) } }],
  ])('can have %s', async (name, body) => {
    expect((await createKey(server, body, asOwner(name))).status).toBe(200);
  });

  it.each(['of text', 5, false, [{ policies: [] }], ['a', null]])(
    'can have %j as authorizations, which grant no rights',
    async (authorizations) => {
      const headers = asOwner(`any value ${JSON.stringify(authorizations)}`);
      const { status, body } = await createKey(server, { authorizations }, headers);
      expect([status, body.authorizations]).toEqual([200, authorizations]);

      const { body: read } = await server.call(`GET /v1/keys/${body.id}`, { headers });
      expect(read.authorizations).toEqual(authorizations);
      expect((await server.call('GET /v2/nvcf/functions', { token: body.value })).status).toBe(403);
    },
  );

  it('with invalid JSON is rejected before its headers are checked', async () => {
    const { status, body } = await server.call('POST /v1/keys', {
      body: '{',
      headers: { 'content-type': 'application/json' },
    });

    expect(status).toBe(400);
    expect(body.detail).toMatch(/^Failed to read request/);
  });

  it('counts towards the limit of eight keys, also if it is expired, until two days after its expiry', async () => {
    const { call, clock, ...rest } = await startServer();
    const own = { ...rest, call, clock } as TestServer;
    const concurrent = await Promise.all(Array.from({ length: 10 }, () => createKey(own)));
    expect(concurrent.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 400, 400]);

    const ninth = await createKey(own, { authorizations: undefined });
    expect(ninth.body.detail).toBe('Actor reached maximum allowed number of keys in service');
    expect((await createKey(own, {}, asOwner('ci@example.test', TASKS))).status).toBe(200);
    expect((await createKey(own, {}, asOwner('other@example.test'))).status).toBe(200);

    await call('POST /_mock/clock/advance', { body: { by: '25h' } });
    const laterExpiry = { expires_at: '2026-02-01T00:00:00Z' };
    const { body } = await call('GET /v1/keys', { headers: asOwner() });
    expect(body.keys.map(({ status }: { status: string }) => status)).toEqual(Array(8).fill('EXPIRED'));
    expect((await createKey(own, laterExpiry)).status).toBe(400);
    await call('POST /_mock/clock/advance', { body: { by: '48h' } });
    expect((await call('GET /v1/keys', { headers: asOwner() })).body).toEqual({ keys: [] });
    expect((await createKey(own, laterExpiry)).status).toBe(200);
  });

  it('is deleted two days after its expiry', async () => {
    const own = await startServer();
    const expiry = Date.parse('2026-01-16T12:00:00Z');
    await createKey(own, { expires_at: new Date(expiry).toISOString() });
    const statusesAt = async (time: number) => {
      own.clock.set(time);
      const { body } = await own.call('GET /v1/keys', { headers: asOwner() });
      return body.keys.map(({ status }: { status: string }) => status);
    };

    expect(await statusesAt(expiry + 2 * DAY - 1)).toEqual(['EXPIRED']);
    expect(await statusesAt(expiry + 2 * DAY)).toEqual([]);
  });
});

describe('a key of another owner or issuer', () => {
  it.each(['GET /v1/keys/ID', 'DELETE /v1/keys/ID', 'PUT /v1/keys/ID/authorizations'])(
    'is not found: %s',
    async (request) => {
      const { body } = await createKey(server, {}, asOwner('mine@example.test'));
      const otherHeaders = [asOwner('mine@example.test', TASKS), asOwner('yours@example.test')];
      for (const headers of otherHeaders) {
        const options = request.startsWith('PUT') ? { body: { authorizations: {} } } : {};
        const answer = await server.call(request.replace('ID', body.id), { headers, ...options });
        expect(answer).toMatchObject({ status: 404, body: { detail: 'Key not found' } });
      }
      const own = asOwner('mine@example.test');
      expect((await server.call(`DELETE /v1/keys/${body.id}`, { headers: own })).status).toBe(204);
      expect((await server.call('GET /v2/nvcf/functions', { token: body.value })).status).toBe(403);
    },
  );

  it.each(['GET /v1/keys/ID', 'DELETE /v1/keys/ID', 'PUT /v1/keys/ID/authorizations'])(
    'is not found with an invalid id, after the headers and the body are checked: %s',
    async (request) => {
      const call = (id: string, headers: Record<string, string>, authorizations?: object) =>
        server.call(request.replace('ID', id), {
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
});

describe('new authorizations', () => {
  const put = (own: TestServer, id: string, authorizations: object | undefined, headers = asOwner()) =>
    own.call(`PUT /v1/keys/${id}/authorizations`, { body: { authorizations }, headers });

  it('replace the old authorizations at once, and can be changed once in three seconds', async () => {
    const own = await startServer();
    const { body: key } = await createKey(own);
    const replacement = authorizationsFor(['queue_details']);

    const soon = await put(own, key.id, replacement);
    expect(soon).toMatchObject({ status: 429, body: { title: 'Too Many Requests', detail: 'Slow down.' } });
    await own.call('POST /_mock/clock/advance', { body: { by: '3s' } });
    const responses = await Promise.all([1, 2, 3].map(() => put(own, key.id, replacement)));
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    expect((await own.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
    expect(
      (await own.call('GET /v2/nvcf/queues/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', { token: key.value }))
        .status,
    ).toBe(200);
  });

  it('are rejected if they are missing or too long, or if the key is not active', async () => {
    const own = await startServer();
    const { body: key } = await createKey(own);
    await own.call('POST /_mock/clock/advance', { body: { by: '3s' } });
    const { body: missing } = await put(own, key.id, undefined);
    expect(missing.detail).toBe('authorizations can not be null');
    const { body: long } = await put(own, key.id, { a: 'b'.repeat(3000) });
    expect(long.detail).toBe('authorizations size can not be greater than 2048 but was 3008');

    await own.call('POST /_mock/clock/advance', { body: { by: '25h' } });
    expect((await put(own, key.id, {})).body.detail).toBe('Key is not active');
  });

  it('for another service revoke the access to Cloud Functions', async () => {
    const own = await startServer();
    const { body: key } = await createKey(own);
    await own.call('POST /_mock/clock/advance', { body: { by: '3s' } });
    expect((await put(own, key.id, authorizationsFor(['list_functions'], TASKS))).status).toBe(200);

    const refused = await own.call('GET /v2/nvcf/functions', { token: key.value });
    expect(refused).toMatchObject({
      status: 403,
      body: { type: 'urn:nv-boot:problem-details:forbidden', detail: 'Authorization failed' },
      decision: { reason: 'service_not_enabled' },
    });
  });
});
