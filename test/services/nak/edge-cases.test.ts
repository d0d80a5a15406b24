import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { resetTestServer, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer({ nvcf: 'open-source' });
const startServer = () => resetTestServer(server);
const startWithKey = async () => {
  const own = await startServer();
  return { own, key: (await createKey(own)).body };
};
const evaluate = async (own: TestServer, apiKey: string) =>
  (await own.call('POST /v1/namespaces/nvcf/evaluations/apikey.allow', { body: { input: { apiKey } } })).body.result;

describe('a resource of a policy', () => {
  it.each([
    ['account-tasks', 'x', 0],
    ['All Tasks', '*', 0],
    ['task', '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0001', 1],
    ['account-tasks', '*', 4],
  ])('of the type %s with the id %j includes %i tasks', async (type, id, count) => {
    const own = await startServer();
    const policy = { aud: TASKS, scopes: ['list_tasks'], resources: [{ type, id }] };
    const { body: key } = await createKey(own, { authorizations: { policies: [policy] } }, asOwner('a', TASKS));

    expect(key.authorizations.policies).toEqual([policy]);
    const { body } = await own.call('GET /v1/nvct/tasks', { token: key.value });
    expect(body.tasks).toHaveLength(count);
  });

  it.each([
    { policies: [null, 5, { aud: 5, auds: 'x', scopes: 'x', resources: [null, 5, {}] }] },
    { policies: Array.from({ length: 150 }, () => ({})) },
  ])('of an unknown form is stored, and grants no rights: %j', async (authorizations) => {
    const own = await startServer();
    const { status, body: key } = await createKey(own, { authorizations });

    expect([status, key.authorizations]).toEqual([200, authorizations]);
    expect((await own.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
  });
});

it.each([
  ['that is valid', '1h', 'allowed'],
  ['that has also expired', '24h', 'expired_key'],
])('the refusal of a suspended key %s suggests how to resume the key', async (_, delay, expected) => {
  const { own, key } = await startWithKey();
  const path = `/v1/service-admin/users/ci@example.test/keys/${key.id}/status`;
  await own.call(`PUT ${path}`, { body: { status: 'SUSPENDED' }, headers: asOwner() });
  await own.call('POST /_mock/clock/advance', { body: { by: delay } });
  const { status, decision } = await own.call('GET /v2/nvcf/functions', { token: key.value });
  const { body } = await own.call(`GET /_mock/decisions/${decision.id}`);

  expect([status, decision.reason]).toEqual([403, 'suspended_key']);
  expect(body.explanation).toContain('the key is suspended at the self-hosted key service');
  expect(body.fixes).toMatchObject([{ text: expect.stringMatching(/^resume the suspended key with `PUT/) }]);
  await own.call(`PUT ${path}`, { body: { status: 'ACTIVE' }, headers: asOwner() });
  const after = await own.call('GET /v2/nvcf/functions', { token: key.value });
  expect(after.decision.reason ?? 'allowed').toBe(expected);
});

it('the refusal of a key with a suspended owner has its own reason', async () => {
  const { own, key } = await startWithKey();
  await own.call('PUT /v1/admin/users/ci@example.test/status', { body: { status: 'SUSPENDED' } });
  const { decision } = await own.call('GET /v2/nvcf/functions', { token: key.value });
  const { body } = await own.call(`GET /_mock/decisions/${decision.id}`);

  expect(decision.reason).toBe('suspended_owner');
  expect(body.fixes).toMatchObject([{ text: expect.stringContaining('PUT /v1/admin/users/{userId}/status') }]);
});

it('an evaluation has the same result as Cloud Functions while an edit of the control API propagates', async () => {
  const own = await testServer({ nvcf: 'open-source', propagation: 'fixed' });
  const { body: key } = await createKey(own);
  await own.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['queue_details'] } });

  expect((await evaluate(own, key.value)).policy.scopes).toEqual(['list_functions']);
  expect((await own.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(200);
  await own.call('POST /_mock/clock/advance', { body: { by: '15m' } });
  expect((await evaluate(own, key.value)).policy.scopes).toEqual(['queue_details']);
});

it('a key has the end of its new value after it is rotated, and its new name after it is renamed', async () => {
  const { own, key } = await startWithKey();
  const { body: rotated } = await own.call(`POST /_mock/keys/${key.id}/rotate`);
  await own.call(`PATCH /_mock/keys/${key.id}`, { body: { name: 'renamed' } });
  const { body } = await own.call(`GET /v1/keys/${key.id}`, { headers: asOwner() });

  expect(body).toMatchObject({ value: `nvapi-**********${rotated.key.slice(-3)}`, description: 'renamed' });
});

it('null as audiences is the issuer, and a description has only ASCII spaces', async () => {
  const own = await startServer();

  for (const audiences of [null, [FUNCTIONS, FUNCTIONS]]) {
    const { body } = await createKey(own, { audience_service_ids: audiences });
    expect(body.audience_service_ids).toEqual([FUNCTIONS]);
  }
  expect((await createKey(own, { description: 'a\u00a0b' })).body.detail).toBe('description is invalid');
  expect((await createKey(own, { description: 'a\tb c' })).status).toBe(200);
});

it('an owner who is suspended while authorizations are written stays suspended', async () => {
  const { own, key } = await startWithKey();
  await own.call('POST /_mock/clock/advance', { body: { by: '3s' } });
  await Promise.all([
    own.call(`PUT /v1/keys/${key.id}/authorizations`, {
      headers: asOwner(),
      body: { authorizations: authorizationsFor(['list_functions']) },
    }),
    own.call('PUT /v1/admin/users/ci@example.test/status', { body: { status: 'SUSPENDED' } }),
  ]);

  expect((await own.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
});

it('the refusal of a tampered administrator token has no advice about issuers', async () => {
  const own = await startServer();
  const { body } = await own.call('POST /v1/admin/keys');
  const token = `${body.value.slice(0, -8)}AAAAAAAA`;
  const { decision } = await own.call('GET /v2/nvcf/functions', { token });
  const { body: fullDecision } = await own.call(`GET /_mock/decisions/${decision.id}`);

  expect(decision.reason).toBe('bad_signature');
  expect(JSON.stringify(fullDecision.fixes)).not.toContain('--public-url');
});
