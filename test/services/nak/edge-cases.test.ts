import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { afresh, type TestServer, testServer } from '../../support/server.ts';

const shared = await testServer({ nvcf: 'open-source' });
const server = () => afresh(shared);
const evaluated = async (one: TestServer, apiKey: string) =>
  (await one.call('POST /v1/namespaces/nvcf/evaluations/apikey.allow', { body: { input: { apiKey } } })).body.result;

it.each(['1e400', '{"policies":[{"scopes":[-1e400]}]}'])(
  'authorizations that cannot be kept are refused: %s',
  async (text) => {
    const one = await server();
    const body = `{"description":"d","expires_at":"2026-01-16T12:00:00Z","authorizations":${text}}`;
    const answer = await one.call('POST /v1/keys', {
      body,
      headers: { ...asOwner(), 'content-type': 'application/json' },
    });

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain('The body has a number beyond ±1.8e308. Send one within that range.');
  },
);

describe('a resource of a policy', () => {
  it.each([
    ['account-tasks', 'x', 0],
    ['account-tasks', '', 0],
    ['All Tasks', '*', 0],
    ['Account-Tasks', '*', 0],
    ['task', '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0001', 1],
    ['account-tasks', '*', 4],
  ])('of the type %s with the id %j covers %i tasks', async (type, id, count) => {
    const one = await server();
    const policy = { aud: TASKS, scopes: ['list_tasks'], resources: [{ type, id }] };
    const { body: key } = await createKey(one, { authorizations: { policies: [policy] } }, asOwner('a', TASKS));

    expect(key.authorizations.policies).toEqual([policy]);
    const { body } = await one.call('GET /v1/nvct/tasks', { token: key.value });
    expect(body.tasks).toHaveLength(count);
  });

  it.each([
    { policies: { a: 1 } },
    { policies: [null, 5, { aud: 5, auds: 'x', scopes: 'x', resources: [null, 5, {}] }] },
    { policies: Array.from({ length: 150 }, () => ({})) },
    {},
  ])('of another form is kept, and gives nothing: %j', async (authorizations) => {
    const one = await server();
    const { status, body: key } = await createKey(one, { authorizations });

    expect([status, key.authorizations]).toEqual([200, authorizations]);
    expect((await one.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
  });
});

it.each([
  ['that is valid', '1h', 'allowed'],
  ['that has expired as well', '24h', 'expired_key'],
])('a refusal because of a suspended key %s says so, and how to resume it', async (_, later, resumed) => {
  const one = await server();
  const { body: key } = await createKey(one);
  const path = `/v1/service-admin/users/ci@example.test/keys/${key.id}/status`;
  await one.call(`PUT ${path}`, { body: { status: 'SUSPENDED' }, headers: asOwner() });
  await one.call('POST /_mock/clock/advance', { body: { by: later } });
  const { status, decision } = await one.call('GET /v2/nvcf/functions', { token: key.value });
  const { body } = await one.call(`GET /_mock/decisions/${decision.id}`);

  expect([status, decision.reason]).toEqual([403, 'suspended_key']);
  expect(body.explanation).toContain('the key is suspended at the self-hosted key service');
  expect(body.fixes).toMatchObject([{ text: expect.stringMatching(/^resume the suspended key with `PUT/) }]);
  await one.call(`PUT ${path}`, { body: { status: 'ACTIVE' }, headers: asOwner() });
  const after = await one.call('GET /v2/nvcf/functions', { token: key.value });
  expect(after.decision.reason ?? 'allowed').toBe(resumed);
});

it('a refusal because of a suspended owner has its own reason', async () => {
  const one = await server();
  const { body: key } = await createKey(one);
  await one.call('PUT /v1/admin/users/ci@example.test/status', { body: { status: 'SUSPENDED' } });
  const { decision } = await one.call('GET /v2/nvcf/functions', { token: key.value });
  const { body } = await one.call(`GET /_mock/decisions/${decision.id}`);

  expect(decision.reason).toBe('suspended_owner');
  expect(body.fixes).toMatchObject([{ text: expect.stringContaining('PUT /v1/admin/users/{userId}/status') }]);
});

describe('an evaluation agrees with Cloud Functions', () => {
  it('while an edit of the control API propagates', async () => {
    const one = await testServer({ nvcf: 'open-source', propagation: 'fixed' });
    const { body: key } = await createKey(one);
    await one.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['queue_details'] } });

    expect((await evaluated(one, key.value)).policy.scopes).toEqual(['list_functions']);
    expect((await one.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(200);
    await one.call('POST /_mock/clock/advance', { body: { by: '15m' } });
    expect((await evaluated(one, key.value)).policy.scopes).toEqual(['queue_details']);
  });

  it('about the services of a key', async () => {
    const one = await server();
    const { body: key } = await createKey(one);
    await one.call(`PATCH /_mock/keys/${key.id}`, { body: { services: ['nvct'] } });

    expect((await evaluated(one, key.value)).allowed).toBe(false);
    expect((await one.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
  });
});

it('a rotated key shows the end of its new text, and a renamed one its name', async () => {
  const one = await server();
  const { body: key } = await createKey(one);
  const { body: rotated } = await one.call(`POST /_mock/keys/${key.id}/rotate`);
  await one.call(`PATCH /_mock/keys/${key.id}`, { body: { name: 'renamed' } });
  const { body } = await one.call(`GET /v1/keys/${key.id}`, { headers: asOwner() });

  expect(body).toMatchObject({ value: `nvapi-**********${rotated.key.slice(-3)}`, description: 'renamed' });
});

it('a null list of audiences means the issuer, and a description takes no other spaces than ASCII', async () => {
  const one = await server();

  for (const audiences of [null, [FUNCTIONS, FUNCTIONS]]) {
    const { body } = await createKey(one, { audience_service_ids: audiences });
    expect(body.audience_service_ids).toEqual([FUNCTIONS]);
  }
  expect((await createKey(one, { description: 'a\u00a0b' })).body.detail).toBe('description is invalid');
  expect((await createKey(one, { description: 'a\tb c' })).status).toBe(200);
});

it('an owner who is suspended while authorizations are written stays suspended', async () => {
  const one = await server();
  const { body: key } = await createKey(one);
  await one.call('POST /_mock/clock/advance', { body: { by: '3s' } });
  await Promise.all([
    one.call(`PUT /v1/keys/${key.id}/authorizations`, {
      headers: asOwner(),
      body: { authorizations: authorizationsFor(['list_functions']) },
    }),
    one.call('PUT /v1/admin/users/ci@example.test/status', { body: { status: 'SUSPENDED' } }),
  ]);

  expect((await one.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
});

it('a task keeps its own id and account, whatever its definition says', async () => {
  const one = await server();
  const { body: cast } = await one.call('GET /_mock/cast');
  const { key } = cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvct-cli');
  const definition = {
    ...{ name: 'n', containerImage: 'i', resultHandlingStrategy: 'NONE' },
    gpuSpecification: { gpu: 'L40', instanceType: 'NCP.GPU.L40_1x' },
  };
  const { body } = await one.call('POST /v1/nvct/tasks', {
    token: key,
    body: { ...definition, id: 'evil', ncaId: 'evil', status: 'COMPLETED', other: 1 },
  });

  expect(body.task).toMatchObject({ ...definition, ncaId: 'nca-acme-0001', status: 'QUEUED' });
  expect(body.task).not.toHaveProperty('other');
  expect((await one.call(`GET /v1/nvct/tasks/${body.task.id}`, { token: key })).status).toBe(200);
});

it("a tampered administrator's token gets no advice about issuers", async () => {
  const one = await server();
  const { body } = await one.call('POST /v1/admin/keys');
  const token = `${body.value.slice(0, -8)}AAAAAAAA`;
  const { decision } = await one.call('GET /v2/nvcf/functions', { token });
  const { body: whole } = await one.call(`GET /_mock/decisions/${decision.id}`);

  expect(decision.reason).toBe('bad_signature');
  expect(JSON.stringify(whole.fixes)).not.toContain('--public-url');
});
