import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { active, admin as adminUser, plainBot, researcher } from '../../support/cast.ts';
import {
  EDITOR,
  expectRefused,
  NOTHING,
  type RunaiCaller,
  runaiServer,
  SECRET,
  SYSTEM_ADMINISTRATOR,
  UUID,
  VISION,
} from '../../support/runai.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { START } from '../../support/server.ts';

const server = await runaiServer({}, { seed: withoutRetired });
const { admin } = server;
const OWN = 'user-applications';
const ALL = `administration/${OWN}`;
const now = new Date(START).toISOString();
let asResearcher: RunaiCaller;

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
});
beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

const createApplication = async (name: string, call = asResearcher) => {
  const { status, body } = await call(`POST ${OWN}`, { name });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const listKeys = async () => (await asResearcher('GET access-keys')).body.accessKeys;

describe('a user application', () => {
  it('is created with a secret', async () => {
    const { status, body } = await asResearcher(`POST ${OWN}`, { name: 'ci-pipeline_2' });

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      name: 'ci-pipeline_2',
      clientId: expect.stringMatching(/^[0-9a-f]{16}$/),
      secret: expect.stringMatching(SECRET),
      createdAt: now,
    });
    expect((await server.login(body.clientId, body.secret)).status).toBe(200);
  });

  it('is the same object as an access key', async () => {
    const { secret: _, ...application } = await createApplication('application');
    const { body: accessKey } = await asResearcher('POST access-keys', { name: 'access-key' });
    const { status, body } = await asResearcher(`GET ${OWN}`);

    expect(status).toBe(200);
    expect(body).toEqual(await listKeys());
    expect(body.map(({ name }: { name: string }) => name)).toEqual([
      researcher.accessKey.name,
      'application',
      'access-key',
    ]);
    expect(body[1]).toEqual({ ...application, lastLogin: null });
    for (const { id } of [application, accessKey]) {
      const { body: read } = await asResearcher(`GET ${OWN}/${id}`);
      expect(read).toEqual((await asResearcher(`GET access-keys/${id}`)).body);
    }
  });

  it('counts as an access key for unique names and the limit', async () => {
    await asResearcher('POST access-keys', { name: 'taken' });
    expectRefused(await asResearcher(`POST ${OWN}`, { name: 'taken' }), 409, 'already exists', '`taken`');
    for (let number = 3; number <= 20; number++) await createApplication(`key-${number}`);

    expectRefused(await asResearcher(`POST ${OWN}`, { name: 'one-more' }), 400, '20 access keys');
    expectRefused(await asResearcher('POST access-keys', { name: 'one-more' }), 400, '20 access keys');
  });

  it('can get a new secret, which replaces the old secret immediately', async () => {
    const { id, clientId, secret } = await createApplication('again');
    const { status, body } = await asResearcher(`POST ${OWN}/${id}/secret`);

    expect(status).toBe(200);
    expect(body).toEqual({ clientSecret: expect.stringMatching(SECRET) });
    expect((await server.login(clientId, secret)).decision.reason).toBe('wrong_secret');
    expect((await server.login(clientId, body.clientSecret)).status).toBe(200);
    expect((await asResearcher(`GET ${OWN}/${id}`)).body.lastLogin).toBe(now);
  });

  it('is deleted with its access key', async () => {
    const { id, clientId, secret } = await createApplication('gone');
    const removed = await asResearcher(`DELETE ${OWN}/${id}`);

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expect(await listKeys()).toHaveLength(1);
    expect((await server.login(clientId, secret)).decision.reason).toBe('unknown_client');
    for (const request of [`GET ${OWN}/${id}`, `DELETE ${OWN}/${id}`, `POST ${OWN}/${id}/secret`]) {
      expectRefused(await asResearcher(request), 404);
    }
  });

  it.each(['', 'a', 'Ab', '1a', 'a-', 'a b', 'x'.repeat(256), null, 7, undefined])(
    'is rejected with 400 for the name %j',
    async (name) => {
      expectRefused(await asResearcher(`POST ${OWN}`, { name }), 400, '`name`');
    },
  );

  it.each(['GET', 'DELETE', 'POST'])(
    'of another user is not found by %s, and the decision names the reason',
    async (method) => {
      const path = `${OWN}/${adminUser.accessKey.id}${method === 'POST' ? '/secret' : ''}`;
      const [foreign, missing] = [
        await asResearcher(`${method} ${path}`),
        await asResearcher(`${method} ${path.replace(adminUser.accessKey.id, NOTHING)}`),
      ];

      expectRefused(foreign, 404);
      expect(foreign.body).toEqual(missing.body);
      expect(foreign.decision.reason).toBe('foreign_object');
      expect(missing.decision.reason).toBe('no_such_object');
    },
  );

  it('can be created by service accounts', async () => {
    const { body } = await server.login(plainBot.clientId, plainBot.clientSecret);
    const call = server.as(body.accessToken);
    const { id } = await createApplication('of-a-machine', call);

    expect((await call(`GET ${OWN}`)).body).toMatchObject([{ id }]);
    expect((await admin(`GET ${ALL}?createdBy=${plainBot.name}`)).body).toMatchObject([
      { id, createdBy: plainBot.name },
    ]);
  });

  it.each([
    `GET ${OWN}`,
    `POST ${OWN}`,
    `GET ${OWN}/x`,
    `DELETE ${OWN}/x`,
    `POST ${OWN}/x/secret`,
    `GET ${ALL}`,
    `DELETE ${ALL}/x`,
  ])('is rejected with 401 without a token: %s', async (request) => {
    expectRefused(await server.call(request.replace(' ', ' /api/v1/')), 401);
  });
});

describe('the administration of user applications', () => {
  it('lists the applications of all users with their owners', async () => {
    const { status, body } = await admin(`GET ${ALL}`);

    expect(status).toBe(200);
    expect(body).toEqual(
      active.users.map(({ email, accessKey: { id, name, clientId } }) => ({
        id,
        name,
        clientId,
        createdAt: now,
        createdBy: email,
        lastLogin: null,
      })),
    );
    expect(body).toEqual((await admin('GET administration/access-keys')).body.accessKeys);
  });

  it.each([
    [`clientId=${researcher.accessKey.clientId}`, [researcher.email]],
    [`createdBy=${encodeURIComponent(adminUser.email)}`, [adminUser.email]],
    [`createdBy=${encodeURIComponent(adminUser.email)}&clientId=${researcher.accessKey.clientId}`, []],
    ['createdBy=admin', []],
    ['clientId=', []],
  ])('filters the list by exact match: %s', async (query, owners) => {
    const { body } = await admin(`GET ${ALL}?${query}`);

    expect(body.map(({ createdBy }: { createdBy: string }) => createdBy)).toEqual(owners);
  });

  it('deletes the application of any user, and returns 404 after that', async () => {
    const { id, clientId, clientSecret } = researcher.accessKey;
    const removed = await admin(`DELETE ${ALL}/${id}`);

    expect(removed.status).toBe(204);
    expect(await listKeys()).toEqual([]);
    expect((await server.login(clientId, clientSecret)).decision.reason).toBe('unknown_client');
    expectRefused(await admin(`DELETE ${ALL}/${id}`), 404);
  });

  it.each([
    [`GET ${ALL}`, 'access-keys:read'],
    [`DELETE ${ALL}/${adminUser.accessKey.id}`, 'access-keys:delete'],
  ])('requires its permission in the whole tenant: %s', async (request, permission) => {
    const [editor, projectAdministrator] = [
      await server.account({ roleId: EDITOR }),
      await server.account({ roleId: SYSTEM_ADMINISTRATOR, scopeType: 'project', scopeId: VISION }),
    ];

    const answer = await editor.call(request);
    expectRefused(answer, 403, 'You do not have sufficient permissions.');
    expect(answer.decision).toMatchObject({ reason: 'missing_permission', missing: [permission] });
    expect((await projectAdministrator.call(request)).decision.reason).toBe('incompatible_resource_type');
  });
});

it('--runai-revoke-on-delete revokes the tokens of a user application with a new secret or after deletion', async () => {
  const strict = await runaiServer({ runaiRevokeOnDelete: true });
  const call = strict.as(await strict.tokenOf(researcher));
  const createCaller = async (id: string, secret: string) =>
    strict.as((await strict.login(id, secret)).body.accessToken);
  for (const change of ['secret', 'delete']) {
    const { id, clientId, secret } = await createApplication(`for-${change}`, call);
    const oldCaller = await createCaller(clientId, secret);
    expect((await oldCaller(`GET ${OWN}`)).status).toBe(200);
    const { status, body } = await call(change === 'secret' ? `POST ${OWN}/${id}/secret` : `DELETE ${OWN}/${id}`);

    expect(status).toBe(change === 'secret' ? 200 : 204);
    expect((await oldCaller(`GET ${OWN}`)).decision).toMatchObject({ effect: 'deny', reason: 'revoked_token' });
    if (change === 'secret')
      expect((await (await createCaller(clientId, body.clientSecret))(`GET ${OWN}`)).status).toBe(200);
    expect((await call(`GET ${OWN}`)).status).toBe(200);
  }
});
