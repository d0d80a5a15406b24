/** What a refusal by the key service says beside the vendor's few words. */
import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer({ nvcf: 'open-source' });
const WHO = 'ci@example.test';
const { body: key } = await createKey(server);
const { body: suspendedKey } = await createKey(server);
const statusOf = (id: string) => `PUT /v1/service-admin/users/${WHO}/keys/${id}/status`;
await server.call(statusOf(suspendedKey.id), { headers: asOwner(), body: { status: 'SUSPENDED' } });
const HELD = 'held@example.test';
const { body: heldKey } = await createKey(server, {}, asOwner(HELD));
await server.call(`PUT /v1/admin/users/${HELD}/status`, { body: { status: 'SUSPENDED' } });
const FULL = 'full@example.test';
for (let count = 0; count < 8; count += 1) await createKey(server, {}, asOwner(FULL));

const ORDER = {
  description: 'from a test',
  expires_at: '2026-01-16T12:00:00Z',
  authorizations: authorizationsFor(['list_functions']),
};
const order = (more: object) => ({ headers: asOwner(), body: { ...ORDER, ...more } });
const foreign = `${castKey('nvcf-full-access').key.slice(0, -1)}_`;
const evaluations = (namespace: string, rule = 'apikey.allow') =>
  `POST /v1/namespaces/${namespace}/evaluations/${rule}`;
const asked = { body: { input: { apiKey: key.value } } };
const introspect = (more: object) => ({ body: { key: key.value, audience_service_id: FUNCTIONS, ...more } });

type Sent = { readonly headers?: Record<string, string>; readonly body?: unknown };

describe('a refusal has a hint:', () => {
  it.each<[detail: string, request: string, sent: Sent, code: string, said: string]>([
    ['Key-Owner-Id is not set', 'GET /v1/keys', {}, 'key_service_headers', '`Key-Owner-Id`'],
    [
      'Key-Issuer-Id is not set',
      'GET /v1/keys',
      { headers: { 'key-owner-id': WHO } },
      'key_service_headers',
      FUNCTIONS,
    ],
    ['Caller service not registered', 'GET /v1/keys', { headers: asOwner(WHO, 'x') }, 'key_service_headers', TASKS],
    ['description is invalid', 'POST /v1/keys', order({ description: 'no!' }), 'issued_key_order', '64'],
    [
      'expires_at must be in the future and not more than 365 days from now',
      'POST /v1/keys',
      order({ expires_at: null }),
      'issued_key_order',
      'clock',
    ],
    [
      "audience_service_ids can't be empty",
      'POST /v1/keys',
      order({ audience_service_ids: [] }),
      'issued_key_order',
      'Omit',
    ],
    [
      `service '${FUNCTIONS}' cannot use audiences: ${TASKS}`,
      'POST /v1/keys',
      order({ audience_service_ids: [TASKS] }),
      'issued_key_order',
      '`Key-Issuer-Id`',
    ],
    [
      'authorizations can not be null',
      'POST /v1/keys',
      order({ authorizations: null }),
      'issued_key_order',
      '`policies`',
    ],
    [
      'authorizations size can not be greater than 2048 but was 2050',
      'POST /v1/keys',
      order({ authorizations: 'x'.repeat(2048) }),
      'issued_key_order',
      '2048',
    ],
    [
      'Actor reached maximum allowed number of keys in service',
      'POST /v1/keys',
      { headers: asOwner(FULL), body: ORDER },
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
    ['Slow down.', `PUT /v1/keys/${key.id}/authorizations`, order({}), 'issued_key_written_often', '3 seconds'],
    ['Key owner suspended.', 'GET /v1/keys', { headers: asOwner(HELD) }, 'issued_key_owner_suspended', 'ACTIVE'],
    ['Key not found', `GET /v1/keys/${heldKey.id}`, { headers: asOwner() }, 'issued_key_not_found', '`Key-Owner-Id`'],
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
      introspect({ key: heldKey.value }),
      'issued_key_owner_suspended',
      'ACTIVE',
    ],
    ['Key owner not found', 'GET /v1/admin/users/nobody', {}, 'issued_key_not_found', 'first key'],
    ["Service 'x' not found", 'GET /v1/services/x', {}, 'issued_key_not_found', 'GET /v1/services'],
    ['api key empty', 'POST /v1/introspect', introspect({ key: '' }), 'issued_key_text', '`key`'],
    ['api key format invalid', 'POST /v1/admin/lookup', { body: { key: 'nvapi-x' } }, 'issued_key_text', '70'],
    ['Invalid key', 'POST /v1/introspect', introspect({ key: foreign }), 'issued_key_text', 'this mock'],
    [
      'audience_service_id invalid',
      'POST /v1/introspect',
      introspect({ audience_service_id: TASKS }),
      'issued_key_audience',
      '`audience_service_id`',
    ],
    [
      'Rule name is not supported: apikey.deny',
      evaluations('nvcf', 'apikey.deny'),
      asked,
      'issued_key_evaluation',
      '`apikey.allow`',
    ],
    ['Api key is not provided', evaluations('nvcf'), { body: {} }, 'issued_key_evaluation', '`input`'],
    ["Namespace 'x' is not configured", evaluations('x'), asked, 'issued_key_evaluation', '`nvcf`, `nvct`'],
    [
      'Invalid status transition',
      statusOf(key.id),
      { headers: asOwner(), body: { status: 'ACTIVE' } },
      'issued_key_status',
      'SUSPENDED',
    ],
    [
      'status is required parameter',
      `PUT /v1/admin/users/${HELD}/status`,
      { body: { status: null } },
      'issued_key_status',
      '`status`',
    ],
  ])('%s (%s)', async (detail, request, sent, code, said) => {
    const { status, body, headers } = await server.call(request, sent);
    const { requests } = (await server.call('GET /_mock/requests?limit=1')).body;

    expect(body.detail).toBe(detail);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers['x-mock-hint']).toContain(said);
    expect(requests[0].hints).toMatchObject([{ code }]);
  });

  it('what cannot be read is explained where the vendor says so', async () => {
    const { body } = await server.call(statusOf(key.id), { headers: asOwner(), body: { status: 'OTHER' } });

    expect(body.detail).toMatch(/^Failed to read request: Field `status` is not valid/);
  });
});
