import { describe, expect, it } from 'vitest';
import { asOwner, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { afresh, testServer } from '../../support/server.ts';

const shared = await testServer({ nvcf: 'open-source' });
const server = () => afresh(shared);
const WHO = 'ci@example.test';

describe('a service', () => {
  it('lists, reads and deletes the keys that it issued, and no others', async () => {
    const { call, ...rest } = await server();
    const { body: key } = await createKey({ call, ...rest } as never);
    const path = `/v1/service-admin/users/${WHO}/keys`;
    const headers = { 'key-issuer-id': FUNCTIONS };
    const other = { 'key-issuer-id': TASKS };

    expect((await call(`GET ${path}`, { headers })).body.keys).toMatchObject([{ id: key.id }]);
    expect((await call(`GET ${path}`, { headers: other })).body.keys).toEqual([]);
    expect((await call(`GET ${path}`)).body.detail).toBe('Key-Issuer-Id is not set');
    expect((await call(`GET ${path}/${key.id}`, { headers })).body.authorizations).toEqual(key.authorizations);
    expect((await call(`GET ${path}/${key.id}`, { headers: other })).status).toBe(404);
    expect((await call(`DELETE ${path}/${key.id}`, { headers: other })).status).toBe(404);
    expect((await call(`DELETE ${path}/${key.id}`, { headers })).status).toBe(204);
    expect((await call(`DELETE ${path}/${key.id}`, { headers })).status).toBe(404);
  });

  it('suspends and resumes a key; every other change of a status is refused', async () => {
    const { call, ...rest } = await server();
    const { body: key } = await createKey({ call, ...rest } as never);
    const put = (status: unknown) =>
      call(`PUT /v1/service-admin/users/${WHO}/keys/${key.id}/status`, { headers: asOwner(), body: { status } });

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
    const { call, ...rest } = await server();
    const one = { call, ...rest } as never;
    await createKey(one);
    await createKey(one, {}, asOwner(WHO, TASKS));
    const suspend = (more: object) =>
      call(`PUT /v1/service-admin/users/${WHO}/suspend`, { headers: { 'key-issuer-id': FUNCTIONS }, ...more });
    const { status, body } = await suspend({ body: {} });

    expect(status).toBe(200);
    expect(body.keys).toMatchObject([{ status: 'SUSPENDED', issuer_service_id: FUNCTIONS }]);
    const { body: all } = await call(`GET /v1/admin/users/${WHO}/keys`);
    expect(all.keys.map((key: { status: string }) => key.status)).toEqual(['SUSPENDED', 'ACTIVE']);
  });
});

describe('an owner', () => {
  it('exists once it had a key', async () => {
    const { call, ...rest } = await server();
    const one = { call, ...rest } as never;
    const unknown = await call(`GET /v1/admin/users/${WHO}`);
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Key owner not found' } });
    for (const request of [`PUT /v1/admin/users/${WHO}/status`, `DELETE /v1/admin/users/${WHO}/keys`]) {
      const sent = request.startsWith('PUT') ? { body: { status: 'ACTIVE' } } : {};
      expect((await call(request, sent)).status).toBe(404);
    }
    await createKey(one);
    expect((await call(`DELETE /v1/admin/users/${WHO}/keys`)).status).toBe(204);
    expect((await call(`GET /v1/admin/users/${WHO}`)).body).toEqual({
      owner_type: 'USER',
      owner_id: WHO,
      status: 'ACTIVE',
      status_updated_at: '2026-01-15T12:00:00.000Z',
    });
    expect((await call(`GET /v1/admin/users/${WHO}/keys`)).body).toEqual({ keys: [] });
  });

  it('who is suspended has no key that is accepted, and cannot create or manage any', async () => {
    const { call, ...rest } = await server();
    const one = { call, ...rest } as never;
    const { body: key } = await createKey(one);
    const status = (next: unknown) => call(`PUT /v1/admin/users/${WHO}/status`, { body: { status: next } });
    for (const next of [undefined, null]) {
      expect((await status(next)).body.detail).toBe('status is required parameter');
    }
    expect((await status('EXPIRED')).body.detail).toMatch(/^Failed to read request: Field `status` is not valid/);
    await call('POST /_mock/clock/advance', { body: { by: '1h' } });
    expect((await status('SUSPENDED')).body).toMatchObject({
      status: 'SUSPENDED',
      status_updated_at: '2026-01-15T13:00:00.000Z',
    });

    expect((await call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
    const refused = await createKey(one);
    expect(refused).toMatchObject({ status: 403, body: { title: 'Forbidden', detail: 'Key owner suspended.' } });
    expect((await call('GET /v1/keys', { headers: asOwner() })).status).toBe(403);
    await status('ACTIVE');
    expect((await call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(200);
    expect((await createKey(one)).status).toBe(200);
  });
});

it('an administrator finds a key by its text, whatever its status, without value and authorizations', async () => {
  const { call, ...rest } = await server();
  const { body: key } = await createKey({ call, ...rest } as never);
  await call('POST /_mock/clock/advance', { body: { by: '24h' } });
  const { body } = await call('POST /v1/admin/lookup', { body: { key: key.value } });

  const { value: _, authorizations: __, ...about } = key;
  expect(body).toEqual({ ...about, status: 'EXPIRED' });
  expect((await call('POST /v1/admin/lookup', { body: {} })).body.detail).toBe('api key empty');
});

describe('an operation that takes JSON', () => {
  const OPERATIONS = [
    'POST /v1/keys',
    'PUT /v1/keys/{id}/authorizations',
    'POST /v1/introspect',
    'POST /v1/namespaces/nvcf/evaluations/apikey.allow',
    `PUT /v1/service-admin/users/${WHO}/keys/{id}/status`,
    `PUT /v1/service-admin/users/${WHO}/suspend`,
    'POST /v1/admin/lookup',
    `PUT /v1/admin/users/${WHO}/status`,
  ];

  it.each(OPERATIONS)('is refused without the type, even without a body: %s', async (request) => {
    const { call, ...rest } = await server();
    const { body: key } = await createKey({ call, ...rest } as never);
    const sent = request.replace('{id}', key.id);

    for (const type of [
      {},
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'text/plain' },
    ]) {
      const { status, body, headers } = await call(sent, { headers: { ...asOwner(), ...type } });
      expect([status, body.type, body.title, body.instance]).toEqual([
        415,
        'about:blank',
        'Unsupported Media Type',
        sent.slice(sent.indexOf(' ') + 1),
      ]);
      expect(headers['x-mock-hint']).toContain('Content-Type: application/json');
    }
    expect((await call(`GET /v1/keys/${key.id}`, { headers: asOwner() })).body.status).toBe('ACTIVE');
  });

  it.each(OPERATIONS)('reads the body after the type: %s', async (request) => {
    const { call, ...rest } = await server();
    const { body: key } = await createKey({ call, ...rest } as never);
    const headers = { ...asOwner(), 'content-type': 'application/json' };
    const { status, body } = await call(request.replace('{id}', key.id), { headers });

    if (request.endsWith('/suspend')) expect([status, body.keys[0].status]).toEqual([200, 'SUSPENDED']);
    else expect([status, body.detail]).toEqual([400, expect.stringMatching(/^Failed to read request/)]);
  });

  it('is marked so in the table', async () => {
    const { call } = await server();
    const { status, body } = await call('GET /_mock/tables/nak');
    const marked = body.operations.filter((one: { needsJsonType?: boolean }) => one.needsJsonType === true);

    expect(status).toBe(200);
    expect(marked).toHaveLength(OPERATIONS.length);
  });

  it('is not the issuer of administrators’ tokens, which scripts call without body and type', async () => {
    const { call } = await server();

    expect((await call('POST /v1/admin/keys')).status).toBe(200);
  });
});
