import { beforeEach, describe, expect, it } from 'vitest';
import { admin, researcher } from '../../support/cast.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { testServer } from '../../support/server.ts';

const ALL_KEYS = '/api/v1/administration/access-keys';
const server = await testServer({}, { seed: withoutRetired });

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('the administration of access keys', () => {
  it.each([
    [`clientId=${researcher.accessKey.clientId}`, [researcher.accessKey.name]],
    [`createdBy=${encodeURIComponent(admin.email)}`, [admin.accessKey.name]],
    [`createdBy=${encodeURIComponent(admin.email)}&clientId=${researcher.accessKey.clientId}`, []],
    ['createdBy=researcher', []],
    ['createdBy=Admin%40acme.test', []],
    ['clientId=', []],
  ])('filters the list by exact match: %s', async (query, names) => {
    const { body } = await server.call(`GET ${ALL_KEYS}?${query}`, { token: await server.tokenOf(admin) });

    expect(body.accessKeys.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('deletes the key of any user', async () => {
    const token = await server.tokenOf(admin);
    const { accessKey } = researcher;
    const answer = await server.call(`DELETE ${ALL_KEYS}/${accessKey.id}`, { token });
    const { clientId, clientSecret } = accessKey;
    const login = await server.grant({ grantType: 'client_credentials', clientId, clientSecret });

    expect(answer.status).toBe(204);
    expect(login.decision.reason).toBe('unknown_client');
    expect((await server.call(`DELETE ${ALL_KEYS}/${accessKey.id}`, { token })).status).toBe(404);
  });

  it('explains the refusal of a researcher in the decision', async () => {
    const answer = await server.call(`GET ${ALL_KEYS}`, { token: await server.tokenOf(researcher) });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(decision).toMatchObject({
      service: 'runai',
      operation: 'get_access_keys_administration',
      request: { method: 'GET', path: ALL_KEYS },
      principal: { kind: 'user', id: researcher.id, name: researcher.email, clientId: researcher.accessKey.clientId },
      rule: 'list-all-access-keys',
      certainty: 'inferred',
      source: expect.any(String),
      held: [
        ...['cluster:read', 'department:read', 'project:read', 'tenant:read'],
        ...['trainings:create', 'trainings:delete', 'trainings:read', 'workloads:read'],
        ...['workspaces:create', 'workspaces:delete', 'workspaces:read'],
      ],
      roles: ['L1 researcher'],
      fixes: [
        {
          kind: 'role',
          roles: ['System administrator'],
          text: `give user \`${researcher.email}\` an access rule for \`Tenant 1001\` with the role \`System administrator\`, which has \`access-keys:read\``,
          request: { method: 'POST', body: { roleId: 1 }, as: { principal: admin.email } },
        },
        { kind: 'identity' },
      ],
    });
    expect(decision.explanation).toContain('needs `access-keys:read`');
  });
});
