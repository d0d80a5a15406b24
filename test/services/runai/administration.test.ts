import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { TABLES } from '../../../src/services/runai/tables/index.ts';
import { ROLES } from '../../../src/services/runai/tables/roles.ts';
import { admin, adminBot, application, cast, plainBot, researcher } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';

const ALL_KEYS = '/api/v1/administration/access-keys';
const server = await testServer();

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

describe('the administration of access keys', () => {
  it('lists the keys of everybody, and whose they are', async () => {
    const { status, body } = await server.call(`GET ${ALL_KEYS}`, { token: await server.tokenOf(admin) });

    expect(status).toBe(200);
    expect(body.accessKeys.map(({ createdBy }: { createdBy: string }) => createdBy)).toEqual(
      cast.users.map(({ email }) => email),
    );
  });

  it.each([
    [`clientId=${researcher.accessKey.clientId}`, [researcher.accessKey.name]],
    [`createdBy=${encodeURIComponent(admin.email)}`, [admin.accessKey.name]],
    [`createdBy=${encodeURIComponent(admin.email)}&clientId=${researcher.accessKey.clientId}`, []],
    [
      `createdBy=${encodeURIComponent(researcher.email)}&clientId=${researcher.accessKey.clientId}`,
      [researcher.accessKey.name],
    ],
    ['createdBy=researcher', []],
    ['createdBy=Admin%40acme.test', []],
    ['clientId=', []],
  ])('narrows the list by exact match: %s', async (query, names) => {
    const { body } = await server.call(`GET ${ALL_KEYS}?${query}`, { token: await server.tokenOf(admin) });

    expect(body.accessKeys.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it("deletes anybody's key", async () => {
    const token = await server.tokenOf(admin);
    const { accessKey } = researcher;
    const answer = await server.call(`DELETE ${ALL_KEYS}/${accessKey.id}`, { token });
    const { clientId, clientSecret } = accessKey;
    const login = await server.grant({ grantType: 'client_credentials', clientId, clientSecret });

    expect(answer.status).toBe(204);
    expect(login.decision.reason).toBe('unknown_client');
    expect((await server.call(`DELETE ${ALL_KEYS}/${accessKey.id}`, { token })).status).toBe(404);
  });

  it('refuses a researcher in the documented words, and says exactly why beside them', async () => {
    const answer = await server.call(`GET ${ALL_KEYS}`, { token: await server.tokenOf(researcher) });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({ code: 403, message: 'You do not have sufficient permissions.' });
    expect(answer.decision).toEqual({
      id: decision.id,
      effect: 'deny',
      reason: 'missing_permission',
      missing: ['access-keys:read'],
    });
    expect(decision).toMatchObject({
      service: 'runai',
      operation: 'get_access_keys_administration',
      request: { method: 'GET', path: ALL_KEYS },
      principal: { kind: 'user', id: researcher.id, name: researcher.email, clientId: researcher.accessKey.clientId },
      rule: 'list-all-access-keys',
      held: [],
      roles: ['L1 researcher'],
      fixes: [{ kind: 'role', roles: ['System administrator'] }, { kind: 'identity' }],
    });
    expect(decision.explanation).toContain('needs `access-keys:read`');
  });

  it('refuses before it looks whether the key exists', async () => {
    const answer = await server.call(`DELETE ${ALL_KEYS}/nothing`, { token: await server.tokenOf(researcher) });

    expect(answer.status).toBe(403);
  });

  it.each([
    ['an administrative service account', adminBot, 200],
    ['a plain service account', plainBot, 403],
  ])('goes by the role of %s', async (_what, bot, status) => {
    const { body } = await server.grant({
      grantType: 'client_credentials',
      clientId: bot.clientId,
      clientSecret: bot.clientSecret,
    });

    expect((await server.call(`GET ${ALL_KEYS}`, { token: body.accessToken })).status).toBe(status);
  });

  it('goes by the role of an application', async () => {
    const { body } = await server.grant({
      grantType: 'app_token',
      AppId: application.name,
      AppSecret: application.secret,
    });

    expect((await server.call(`GET ${ALL_KEYS}`, { token: body.accessToken })).status).toBe(200);
  });
});

describe('every protected operation, for every predefined role', async () => {
  const everyRole = await testServer({ seed: await seedWithEveryRole() });
  const paths: Record<string, string> = {
    get_access_keys: 'GET /api/v1/access-keys',
    create_access_key1: 'POST /api/v1/access-keys',
    get_access_key_by_id1: 'GET /api/v1/access-keys/{id}',
    delete_access_key_by_id: 'DELETE /api/v1/access-keys/{id}',
    regenerate_access_key_secret: 'POST /api/v1/access-keys/{id}/secret',
    get_access_keys_administration: `GET ${ALL_KEYS}`,
    delete_access_key_by_id_administration: `DELETE ${ALL_KEYS}/{id}`,
  };
  const needed = new Map<string, readonly string[]>(
    TABLES.rules.map(({ id, needs }) => [id, 'all' in needs ? needs.all : []]),
  );
  const cases = TABLES.operations
    .filter(({ rule }) => rule !== 'public')
    .flatMap(({ id, rule }) =>
      ROLES.map(({ name, grants }, index) => {
        const needs = needed.get(rule) ?? [];
        return { id, role: name, index, allowed: needs.every((need) => (grants as readonly string[]).includes(need)) };
      }),
    );

  it.each(cases)('$id as $role: allowed $allowed', async ({ id, index, allowed }) => {
    const credentials = {
      grantType: 'client_credentials',
      clientId: `client-${index}`,
      clientSecret: `secret-${index}`,
    };
    const { body: granted } = await everyRole.grant(credentials);
    const token = granted.accessToken;
    const { body: made } = await everyRole.call('POST /api/v1/access-keys', {
      token,
      body: { name: `for-${id.replaceAll('_', '-')}` },
    });
    const request = (paths[id] as string).replace('{id}', made.id);
    const answer = await everyRole.call(request, {
      token,
      ...(id === 'create_access_key1' && { body: { name: 'another-key' } }),
    });

    expect(answer.status < 300).toBe(allowed);
    if (!allowed) expect(answer.decision.reason).toBe('missing_permission');
  });
});

async function seedWithEveryRole(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'nv-auth-mock-')), 'seed.json');
  const users = ROLES.map(({ name }, index) => ({
    email: `user-${index}@acme.test`,
    password: 'unused',
    role: name,
    accessKey: { name: 'own-key', clientId: `client-${index}`, clientSecret: `secret-${index}` },
  }));
  await writeFile(file, JSON.stringify({ runai: { tenant: cast.tenant, users } }));
  return file;
}
