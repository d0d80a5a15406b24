import { describe, expect, it } from 'vitest';
import { asOwner, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { resetTestServer, testServer } from '../../support/server.ts';

const server = await testServer({ nvcf: 'open-source' });
const startServer = () => resetTestServer(server);
const OWNER = 'ci@example.test';

describe('a service', () => {
  it('lists, reads and deletes only the keys that it issued', async () => {
    const { call } = await startServer();
    const { body: key } = await createKey({ call });
    const path = `/v1/service-admin/users/${OWNER}/keys`;
    const headers = { 'key-issuer-id': FUNCTIONS };
    const otherIssuer = { 'key-issuer-id': TASKS };

    expect((await call(`GET ${path}`, { headers })).body.keys).toMatchObject([{ id: key.id }]);
    expect((await call(`GET ${path}`, { headers: otherIssuer })).body.keys).toEqual([]);
    expect((await call(`GET ${path}`)).body.detail).toBe('Key-Issuer-Id is not set');
    expect((await call(`GET ${path}/${key.id}`, { headers })).body.authorizations).toEqual(key.authorizations);
    expect((await call(`GET ${path}/${key.id}`, { headers: otherIssuer })).status).toBe(404);
    expect((await call(`DELETE ${path}/${key.id}`, { headers: otherIssuer })).status).toBe(404);
    expect((await call(`DELETE ${path}/${key.id}`, { headers })).status).toBe(204);
    expect((await call(`DELETE ${path}/${key.id}`, { headers })).status).toBe(404);
  });

  it('suspends and resumes a key, and rejects every other change of the status', async () => {
    const { call } = await startServer();
    const { body: key } = await createKey({ call });
    const put = (status: unknown) =>
      call(`PUT /v1/service-admin/users/${OWNER}/keys/${key.id}/status`, { headers: asOwner(), body: { status } });

    expect((await put('ACTIVE')).body.detail).toBe('Invalid status transition');
    expect((await put('SUSPENDED')).body.status).toBe('SUSPENDED');
    expect((await put('SUSPENDED')).status).toBe(400);
    expect((await put('ACTIVE')).body.status).toBe('ACTIVE');
    await call('POST /_mock/clock/advance', { body: { by: '24h' } });
    expect((await put('ACTIVE')).body.detail).toBe('Invalid status transition');
    expect((await put('SUSPENDED')).body.status).toBe('SUSPENDED');
    for (const status of ['EXPIRED', null, undefined]) {
      expect(await put(status)).toMatchObject({ status: 400, body: { detail: 'Invalid status transition' } });
    }
    expect((await put('OTHER')).body.detail).toMatch(/^Failed to read request: Field `status` is not valid/);
  });

  it('suspends all keys of an owner that it issued', async () => {
    const { call } = await startServer();
    await createKey({ call });
    await createKey({ call }, {}, asOwner(OWNER, TASKS));
    const suspend = (options: object) =>
      call(`PUT /v1/service-admin/users/${OWNER}/suspend`, { headers: { 'key-issuer-id': FUNCTIONS }, ...options });
    const { status, body } = await suspend({ body: {} });

    expect(status).toBe(200);
    expect(body.keys).toMatchObject([{ status: 'SUSPENDED', issuer_service_id: FUNCTIONS }]);
    const { body: all } = await call(`GET /v1/admin/users/${OWNER}/keys`);
    expect(all.keys.map((key: { status: string }) => key.status)).toEqual(['SUSPENDED', 'ACTIVE']);
  });
});

describe('an owner', () => {
  it('exists after its first key is created', async () => {
    const { call } = await startServer();
    const unknown = await call(`GET /v1/admin/users/${OWNER}`);
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Key owner not found' } });
    for (const request of [`PUT /v1/admin/users/${OWNER}/status`, `DELETE /v1/admin/users/${OWNER}/keys`]) {
      const options = request.startsWith('PUT') ? { body: { status: 'ACTIVE' } } : {};
      expect((await call(request, options)).status).toBe(404);
    }
    await createKey({ call });
    expect((await call(`DELETE /v1/admin/users/${OWNER}/keys`)).status).toBe(204);
    expect((await call(`GET /v1/admin/users/${OWNER}`)).body).toEqual({
      owner_type: 'USER',
      owner_id: OWNER,
      status: 'ACTIVE',
      status_updated_at: '2026-01-15T12:00:00.000Z',
    });
    expect((await call(`GET /v1/admin/users/${OWNER}/keys`)).body).toEqual({ keys: [] });
  });

  it('who is suspended has no valid keys, and cannot create or list keys', async () => {
    const { call } = await startServer();
    const { body: key } = await createKey({ call });
    const setStatus = (newStatus: unknown) =>
      call(`PUT /v1/admin/users/${OWNER}/status`, { body: { status: newStatus } });
    for (const newStatus of [undefined, null]) {
      expect((await setStatus(newStatus)).body.detail).toBe('status is required parameter');
    }
    expect((await setStatus('EXPIRED')).body.detail).toMatch(/^Failed to read request: Field `status` is not valid/);
    await call('POST /_mock/clock/advance', { body: { by: '1h' } });
    expect((await setStatus('SUSPENDED')).body).toMatchObject({
      status: 'SUSPENDED',
      status_updated_at: '2026-01-15T13:00:00.000Z',
    });

    expect((await call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
    const refused = await createKey({ call });
    expect(refused).toMatchObject({ status: 403, body: { title: 'Forbidden', detail: 'Key owner suspended.' } });
    expect((await call('GET /v1/keys', { headers: asOwner() })).status).toBe(403);
    await setStatus('ACTIVE');
    expect((await call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(200);
    expect((await createKey({ call })).status).toBe(200);
  });
});

it('an administrator looks up a key by its value, and gets neither value nor authorizations', async () => {
  const { call } = await startServer();
  const { body: key } = await createKey({ call });
  await call('POST /_mock/clock/advance', { body: { by: '24h' } });
  const { body } = await call('POST /v1/admin/lookup', { body: { key: key.value } });

  const { value: _, authorizations: __, ...keyInfo } = key;
  expect(body).toEqual({ ...keyInfo, status: 'EXPIRED' });
  expect((await call('POST /v1/admin/lookup', { body: {} })).body.detail).toBe('api key empty');
});

describe('an operation with a JSON body', () => {
  const OPERATIONS = [
    'POST /v1/keys',
    'PUT /v1/keys/{id}/authorizations',
    'POST /v1/introspect',
    'POST /v1/namespaces/nvcf/evaluations/apikey.allow',
    `PUT /v1/service-admin/users/${OWNER}/keys/{id}/status`,
    `PUT /v1/service-admin/users/${OWNER}/suspend`,
    'POST /v1/admin/lookup',
    `PUT /v1/admin/users/${OWNER}/status`,
  ];

  it.each(OPERATIONS)('returns 415 without the JSON content type, even without a body: %s', async (request) => {
    const { call } = await startServer();
    const { body: key } = await createKey({ call });
    const path = request.replace('{id}', key.id);

    for (const type of [
      {},
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'text/plain' },
    ]) {
      const { status, body, headers } = await call(path, { headers: { ...asOwner(), ...type } });
      expect([status, body.type, body.title, body.instance]).toEqual([
        415,
        'about:blank',
        'Unsupported Media Type',
        path.slice(path.indexOf(' ') + 1),
      ]);
      expect(headers['x-mock-hint']).toContain('Content-Type: application/json');
    }
    expect((await call(`GET /v1/keys/${key.id}`, { headers: asOwner() })).body.status).toBe('ACTIVE');
  });

  it.each(OPERATIONS)('reads the body after the content type: %s', async (request) => {
    const { call } = await startServer();
    const { body: key } = await createKey({ call });
    const headers = { ...asOwner(), 'content-type': 'application/json' };
    const { status, body } = await call(request.replace('{id}', key.id), { headers });

    if (request.endsWith('/suspend')) expect([status, body.keys[0].status]).toEqual([200, 'SUSPENDED']);
    else expect([status, body.detail]).toEqual([400, expect.stringMatching(/^Failed to read request/)]);
  });

  it('is not the issuer of administrator tokens, which accepts no body and no content type', async () => {
    const { call } = await startServer();

    expect((await call('POST /v1/admin/keys')).status).toBe(200);
  });
});
