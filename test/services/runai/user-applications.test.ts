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
let mine: RunaiCaller;

beforeAll(async () => {
  mine = server.as(await server.tokenOf(researcher));
});
beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

const create = async (name: string, call = mine) => {
  const { status, body } = await call(`POST ${OWN}`, { name });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const keys = async () => (await mine('GET access-keys')).body.accessKeys;

describe('a user application', () => {
  it('is made with a secret that is shown this once', async () => {
    const { status, body } = await mine(`POST ${OWN}`, { name: 'ci-pipeline_2' });

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

  it('is an access key in another form', async () => {
    const { secret: _, ...made } = await create('made-here');
    const { body: there } = await mine('POST access-keys', { name: 'made-there' });
    const { status, body } = await mine(`GET ${OWN}`);

    expect(status).toBe(200);
    expect(body).toEqual(await keys());
    expect(body.map(({ name }: { name: string }) => name)).toEqual([
      researcher.accessKey.name,
      'made-here',
      'made-there',
    ]);
    expect(body[1]).toEqual({ ...made, lastLogin: null });
    for (const { id } of [made, there]) {
      const { body: one } = await mine(`GET ${OWN}/${id}`);
      expect(one).toEqual((await mine(`GET access-keys/${id}`)).body);
    }
  });

  it('shares its names and its number with access keys', async () => {
    await mine('POST access-keys', { name: 'taken' });
    expectRefused(await mine(`POST ${OWN}`, { name: 'taken' }), 409, 'already exists', '`taken`');
    for (let number = 3; number <= 20; number++) await create(`key-${number}`);

    expectRefused(await mine(`POST ${OWN}`, { name: 'one-more' }), 400, '20 access keys');
    expectRefused(await mine('POST access-keys', { name: 'one-more' }), 400, '20 access keys');
  });

  it('gets a new secret, and the one before ends at once', async () => {
    const { id, clientId, secret } = await create('again');
    const { status, body } = await mine(`POST ${OWN}/${id}/secret`);

    expect(status).toBe(200);
    expect(body).toEqual({ clientSecret: expect.stringMatching(SECRET) });
    expect((await server.login(clientId, secret)).decision.reason).toBe('wrong_secret');
    expect((await server.login(clientId, body.clientSecret)).status).toBe(200);
    expect((await mine(`GET ${OWN}/${id}`)).body.lastLogin).toBe(now);
  });

  it('is deleted with its access key', async () => {
    const { id, clientId, secret } = await create('gone');
    const removed = await mine(`DELETE ${OWN}/${id}`);

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expect(await keys()).toHaveLength(1);
    expect((await server.login(clientId, secret)).decision.reason).toBe('unknown_client');
    for (const request of [`GET ${OWN}/${id}`, `DELETE ${OWN}/${id}`, `POST ${OWN}/${id}/secret`]) {
      expectRefused(await mine(request), 404);
    }
  });

  it.each(['', 'a', 'Ab', '1a', 'a-', 'a b', 'x'.repeat(256), null, 7, undefined])('is not named %j', async (name) => {
    expectRefused(await mine(`POST ${OWN}`, { name }), 400, '`name`');
  });

  it.each(['GET', 'DELETE', 'POST'])(
    'of somebody else is not found by %s, and the decision says whose it is',
    async (method) => {
      const path = `${OWN}/${adminUser.accessKey.id}${method === 'POST' ? '/secret' : ''}`;
      const [foreign, missing] = [
        await mine(`${method} ${path}`),
        await mine(`${method} ${path.replace(adminUser.accessKey.id, NOTHING)}`),
      ];

      expectRefused(foreign, 404);
      expect(foreign.body).toEqual(missing.body);
      expect(foreign.decision.reason).toBe('foreign_object');
      expect(missing.decision.reason).toBe('no_such_object');
    },
  );

  it('is something that service accounts have, too', async () => {
    const { body } = await server.login(plainBot.clientId, plainBot.clientSecret);
    const call = server.as(body.accessToken);
    const { id } = await create('of-a-machine', call);

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
  ])('is nothing without a token: %s', async (request) => {
    expectRefused(await server.call(request.replace(' ', ' /api/v1/')), 401);
  });
});

describe('the administration of user applications', () => {
  it('lists those of everybody, and whose they are', async () => {
    const { status, body } = await admin(`GET ${ALL}`);

    expect(status).toBe(200);
    expect(body).toEqual(
      active.users.map(({ email, accessKey: { id, name, clientId } }) => ({
        ...{ id, name, clientId, createdAt: now, createdBy: email },
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
  ])('narrows the list by exact match: %s', async (query, owners) => {
    const { body } = await admin(`GET ${ALL}?${query}`);

    expect(body.map(({ createdBy }: { createdBy: string }) => createdBy)).toEqual(owners);
  });

  it("deletes anybody's, and only what is there", async () => {
    const { id, clientId, clientSecret } = researcher.accessKey;
    const removed = await admin(`DELETE ${ALL}/${id}`);

    expect(removed.status).toBe(204);
    expect(await keys()).toEqual([]);
    expect((await server.login(clientId, clientSecret)).decision.reason).toBe('unknown_client');
    expectRefused(await admin(`DELETE ${ALL}/${id}`), 404);
  });

  it.each([
    [`GET ${ALL}`, 'access-keys:read'],
    [`DELETE ${ALL}/${adminUser.accessKey.id}`, 'access-keys:delete'],
  ])('is for who may do it for the whole tenant: %s', async (request, permission) => {
    const [editor, narrow] = [
      await server.account({ roleId: EDITOR }),
      await server.account({ roleId: SYSTEM_ADMINISTRATOR, scopeType: 'project', scopeId: VISION }),
    ];

    const refused = await editor.call(request);
    expectRefused(refused, 403, 'You do not have sufficient permissions.');
    expect(refused.decision).toMatchObject({ reason: 'missing_permission', missing: [permission] });
    expect((await narrow.call(request)).decision.reason).toBe('incompatible_resource_type');
  });
});

it('a user application that is deleted or gets a new secret ends its tokens, where the server was started so', async () => {
  const strict = await runaiServer({ runaiRevokeOnDelete: true });
  const call = strict.as(await strict.tokenOf(researcher));
  const tokenOf = async (id: string, secret: string) => strict.as((await strict.login(id, secret)).body.accessToken);
  for (const end of ['secret', 'delete']) {
    const { id, clientId, secret } = await create(`made-to-${end}`, call);
    const ended = await tokenOf(clientId, secret);
    expect((await ended(`GET ${OWN}`)).status).toBe(200);
    const { status, body } = await call(end === 'secret' ? `POST ${OWN}/${id}/secret` : `DELETE ${OWN}/${id}`);

    expect(status).toBe(end === 'secret' ? 200 : 204);
    expect((await ended(`GET ${OWN}`)).decision).toMatchObject({ effect: 'deny', reason: 'revoked_token' });
    if (end === 'secret') expect((await (await tokenOf(clientId, body.clientSecret))(`GET ${OWN}`)).status).toBe(200);
    expect((await call(`GET ${OWN}`)).status).toBe(200);
  }
});
