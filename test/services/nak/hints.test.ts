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
  type Refused = readonly [request: string, options: Options, code: string];
  const order = (overrides: object): Refused => ['POST /v1/keys', createOrder(overrides), 'issued_key_order'];
  const introspected = (overrides: object, code: string): Refused => [
    'POST /v1/introspect',
    introspect(overrides),
    code,
  ];
  const headersOf = (headers: Record<string, string>): Refused => ['GET /v1/keys', { headers }, 'key_service_headers'];
  const statusOf = (request: string, options: Options): Refused => [request, options, 'issued_key_status'];
  const EXPIRY = 'expires_at must be in the future and not more than 365 days from now';
  const FULL = 'Actor reached maximum allowed number of keys in service';
  const FULL_ORDER = { headers: asOwner(FULL_OWNER), body: ORDER };

  it.each<[detail: string, ...refused: Refused, hint: string]>([
    ['Key-Owner-Id is not set', ...headersOf({}), '`Key-Owner-Id`'],
    ['Key-Issuer-Id is not set', ...headersOf({ 'key-owner-id': OWNER }), FUNCTIONS],
    ['Caller service not registered', ...headersOf(asOwner(OWNER, 'x')), TASKS],
    ['description is invalid', ...order({ description: 'no!' }), '64'],
    [EXPIRY, ...order({ expires_at: null }), 'clock'],
    ["audience_service_ids can't be empty", ...order({ audience_service_ids: [] }), 'Omit'],
    [
      `service '${FUNCTIONS}' cannot use audiences: b,${TASKS}`,
      ...order({ audience_service_ids: [TASKS, FUNCTIONS, 'b'] }),
      '`Key-Issuer-Id`',
    ],
    ['authorizations can not be null', ...order({ authorizations: null }), '`policies`'],
    [
      'authorizations size can not be greater than 2048 but was 2050',
      ...order({ authorizations: 'x'.repeat(2048) }),
      '2048',
    ],
    [FULL, 'POST /v1/keys', FULL_ORDER, 'too_many_issued_keys', 'DELETE /v1/keys/{id}'],
    [
      'Key is not active',
      ...statusOf(`PUT /v1/keys/${suspendedKey.id}/authorizations`, {
        headers: asOwner(),
        body: { authorizations: {} },
      }),
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
    ['Key not found', ...introspected({ key: suspendedKey.value }, 'issued_key_not_found'), 'suspended'],
    ['Key not found.', ...introspected({ key: keyOfSuspendedOwner.value }, 'issued_key_owner_suspended'), 'ACTIVE'],
    ['Key owner not found', 'GET /v1/admin/users/nobody', {}, 'issued_key_not_found', 'first key'],
    ["Service 'x' not found", 'GET /v1/services/x', {}, 'issued_key_not_found', 'GET /v1/services'],
    ['api key empty', ...introspected({ key: '' }, 'issued_key_text'), '`key`'],
    ['api key format invalid', 'POST /v1/admin/lookup', { body: { key: 'nvapi-x' } }, 'issued_key_text', '70'],
    [
      'audience_service_id invalid',
      ...introspected({ audience_service_id: TASKS }, 'issued_key_audience'),
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
      ...statusOf(requestStatusOf(key.id), { headers: asOwner(), body: { status: 'ACTIVE' } }),
      'SUSPENDED',
    ],
    [
      'status is required parameter',
      ...statusOf(`PUT /v1/admin/users/${SUSPENDED_OWNER}/status`, { body: { status: null } }),
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
