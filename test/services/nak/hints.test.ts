/** Hints for refusals by the key service, in addition to the messages of the published service. */
import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer({ nvcf: 'open-source' });
const OWNER = 'ci@example.test';
const { body: key } = await createKey(server);
const { body: suspendedKey } = await createKey(server);
const requestStatusOf = (id: string) => `PUT /v1/service-admin/users/${OWNER}/keys/${id}/status`;
await server.call(requestStatusOf(suspendedKey.id), { headers: asOwner(), body: { status: 'SUSPENDED' } });
const SUSPENDED_OWNER = 'held@example.test';
const { body: keyOfSuspendedOwner } = await createKey(server, {}, asOwner(SUSPENDED_OWNER));
await server.call(`PUT /v1/admin/users/${SUSPENDED_OWNER}/status`, { body: { status: 'SUSPENDED' } });
const FULL_OWNER = 'full@example.test';
for (let count = 0; count < 8; count += 1) await createKey(server, {}, asOwner(FULL_OWNER));

const ORDER = {
  description: 'from a test',
  expires_at: '2026-01-16T12:00:00Z',
  authorizations: authorizationsFor(['list_functions']),
};
const createOrder = (overrides: object) => ({ headers: asOwner(), body: { ...ORDER, ...overrides } });
const FOREIGN_KEY = `${castKey('nvcf-full-access').key.slice(0, -1)}_`;
const evaluationRequest = (namespace: string, rule = 'apikey.allow') =>
  `POST /v1/namespaces/${namespace}/evaluations/${rule}`;
const EVALUATION = { body: { input: { apiKey: key.value } } };
const introspect = (overrides: object) => ({ body: { key: key.value, audience_service_id: FUNCTIONS, ...overrides } });

type Options = { readonly headers?: Record<string, string>; readonly body?: unknown };

describe('the hint for a refusal:', () => {
  it.each<[detail: string, request: string, options: Options, code: string, hint: string]>([
    ['Key-Owner-Id is not set', 'GET /v1/keys', {}, 'key_service_headers', '`Key-Owner-Id`'],
    [
      'Key-Issuer-Id is not set',
      'GET /v1/keys',
      { headers: { 'key-owner-id': OWNER } },
      'key_service_headers',
      FUNCTIONS,
    ],
    ['Caller service not registered', 'GET /v1/keys', { headers: asOwner(OWNER, 'x') }, 'key_service_headers', TASKS],
    ['description is invalid', 'POST /v1/keys', createOrder({ description: 'no!' }), 'issued_key_order', '64'],
    [
      'expires_at must be in the future and not more than 365 days from now',
      'POST /v1/keys',
      createOrder({ expires_at: null }),
      'issued_key_order',
      'clock',
    ],
    [
      "audience_service_ids can't be empty",
      'POST /v1/keys',
      createOrder({ audience_service_ids: [] }),
      'issued_key_order',
      'Omit',
    ],
    [
      `service '${FUNCTIONS}' cannot use audiences: ${TASKS}`,
      'POST /v1/keys',
      createOrder({ audience_service_ids: [TASKS] }),
      'issued_key_order',
      '`Key-Issuer-Id`',
    ],
    [
      'authorizations can not be null',
      'POST /v1/keys',
      createOrder({ authorizations: null }),
      'issued_key_order',
      '`policies`',
    ],
    [
      'authorizations size can not be greater than 2048 but was 2050',
      'POST /v1/keys',
      createOrder({ authorizations: 'x'.repeat(2048) }),
      'issued_key_order',
      '2048',
    ],
    [
      'Actor reached maximum allowed number of keys in service',
      'POST /v1/keys',
      { headers: asOwner(FULL_OWNER), body: ORDER },
      'too_many_issued_keys',
      'DELETE /v1/keys/{id}',
    ],
    [
      'Key is not active',
      `PUT /v1/keys/${suspendedKey.id}/authorizations`,
      { headers: asOwner(), body: { authorizations: {} } },
      'issued_key_status',
      'status',
    ],
    ['Slow down.', `PUT /v1/keys/${key.id}/authorizations`, createOrder({}), 'issued_key_written_often', '3 seconds'],
    [
      'Key owner suspended.',
      'GET /v1/keys',
      { headers: asOwner(SUSPENDED_OWNER) },
      'issued_key_owner_suspended',
      'ACTIVE',
    ],
    [
      'Key not found',
      `GET /v1/keys/${keyOfSuspendedOwner.id}`,
      { headers: asOwner() },
      'issued_key_not_found',
      '`Key-Owner-Id`',
    ],
    [
      'Key not found',
      'POST /v1/introspect',
      introspect({ key: suspendedKey.value }),
      'issued_key_not_found',
      'suspended',
    ],
    [
      'Key not found.',
      'POST /v1/introspect',
      introspect({ key: keyOfSuspendedOwner.value }),
      'issued_key_owner_suspended',
      'ACTIVE',
    ],
    ['Key owner not found', 'GET /v1/admin/users/nobody', {}, 'issued_key_not_found', 'first key'],
    ["Service 'x' not found", 'GET /v1/services/x', {}, 'issued_key_not_found', 'GET /v1/services'],
    ['api key empty', 'POST /v1/introspect', introspect({ key: '' }), 'issued_key_text', '`key`'],
    ['api key format invalid', 'POST /v1/admin/lookup', { body: { key: 'nvapi-x' } }, 'issued_key_text', '70'],
    [
      'audience_service_id invalid',
      'POST /v1/introspect',
      introspect({ audience_service_id: TASKS }),
      'issued_key_audience',
      '`audience_service_id`',
    ],
    [
      'Rule name is not supported: apikey.deny',
      evaluationRequest('nvcf', 'apikey.deny'),
      EVALUATION,
      'issued_key_evaluation',
      '`apikey.allow`',
    ],
    ['Api key is not provided', evaluationRequest('nvcf'), { body: {} }, 'issued_key_evaluation', '`input`'],
    ["Namespace 'x' is not configured", evaluationRequest('x'), EVALUATION, 'issued_key_evaluation', '`nvcf`, `nvct`'],
    [
      'Invalid status transition',
      requestStatusOf(key.id),
      { headers: asOwner(), body: { status: 'ACTIVE' } },
      'issued_key_status',
      'SUSPENDED',
    ],
    [
      'status is required parameter',
      `PUT /v1/admin/users/${SUSPENDED_OWNER}/status`,
      { body: { status: null } },
      'issued_key_status',
      '`status`',
    ],
  ])('%s (%s)', async (detail, request, options, code, hint) => {
    const { status, body, headers } = await server.call(request, options);
    const { requests } = (await server.call('GET /_mock/requests?limit=1')).body;

    expect(body.detail).toBe(detail);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers['x-mock-hint']).toContain(hint);
    expect(requests[0].hints).toMatchObject([{ code }]);
  });

  it('a key that may be real comes before the hint about its text', async () => {
    const { body, headers } = await server.call('POST /v1/introspect', introspect({ key: FOREIGN_KEY }));
    const { requests } = (await server.call('GET /_mock/requests?limit=1')).body;

    expect(body.detail).toBe('Invalid key');
    expect(headers['x-mock-hint']).toContain('no mock issued');
    expect(requests[0].hints).toMatchObject([
      { code: 'foreign_credential' },
      { code: 'issued_key_text', text: expect.stringContaining('this mock') },
    ]);
  });

  it('a body with an invalid status is explained in the error message', async () => {
    const { body } = await server.call(requestStatusOf(key.id), { headers: asOwner(), body: { status: 'OTHER' } });

    expect(body.detail).toMatch(/^Failed to read request: Field `status` is not valid/);
  });
});
