import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AccessKeys, accessKeysIn } from '../../../src/services/runai/collections/access-keys.ts';
import { Identities, identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import type { Store } from '../../../src/store/index.ts';
import { hashPassword } from '../../../src/tokens/password.ts';
import { admin, application, plainBot, researcher } from '../../support/cast.ts';
import {
  authorizationPath,
  LOGIN_ACTION,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  V2_TOKEN,
} from '../../support/oauth.ts';
import { type Answer, testServer } from '../../support/server.ts';

const server = await testServer({ runaiKeyLimit: 100 });
const { email, password, id } = researcher;

afterEach(async () => {
  vi.restoreAllMocks();
  await server.call('POST /_mock/reset');
});

/** Returns the current store of the world, which a reset replaces. */
const currentStore = (): Store => server.world.store;

/** Runs a change after a credential was read, and before the login begins. */
function runAfterRead(change: () => Promise<unknown>): void {
  const { byName, byClientId, byId: ownerById } = Identities.prototype;
  const keyByClientId = AccessKeys.prototype.byClientId;
  const withChangeAfter = <Args extends unknown[], Found>(read: (...args: Args) => Promise<Found | null>) =>
    async function (this: unknown, ...args: Args): Promise<Found | null> {
      const found = await read.apply(this, args);
      if (found === null) return null;
      vi.restoreAllMocks();
      await change();
      return found;
    };
  vi.spyOn(Identities.prototype, 'byName').mockImplementation(withChangeAfter(byName));
  vi.spyOn(Identities.prototype, 'byClientId').mockImplementation(withChangeAfter(byClientId));
  // The owner of an access key is read after the key.
  const readOwner = withChangeAfter(ownerById);
  vi.spyOn(AccessKeys.prototype, 'byClientId').mockImplementation(async function (this: AccessKeys, clientId) {
    vi.spyOn(Identities.prototype, 'byId').mockImplementation(readOwner);
    return keyByClientId.call(this, clientId);
  });
}

const form = { grant_type: 'password', username: email, password };
const logins: readonly (readonly [endpoint: string, status: number, logIn: () => Promise<Answer>])[] = [
  ['the v1 token endpoint', 400, () => server.grant({ grantType: 'password', username: email, password })],
  ['the v2 token endpoint', 400, () => postForm(server, V2_TOKEN, form)],
  ['the realm', 400, () => postForm(server, REALM_TOKEN, { ...form, client_id: PUBLIC_CLIENT })],
  [
    'the login page',
    401,
    () => postForm(server, LOGIN_ACTION, `${authorizationPath().split('?')[1]}&username=${email}&password=${password}`),
  ],
];

/** Changes that invalidate a login while it is checked. */
const changes: readonly (readonly [what: string, change: (store: Store) => Promise<unknown>])[] = [
  ['deletion of its user', (store) => identitiesIn(store).delete(id)],
  ['disabling of its user', (store) => identitiesIn(store).edit(id, { enabled: false }, 0)],
  [
    'change of its password',
    async (store) => identitiesIn(store).edit(id, { passwordHash: await hashPassword('another', 'salt') }, 0),
  ],
];

describe.each(changes)('a login during the %s', (_what, change) => {
  it.each(logins)('is rejected like a wrong password at %s', async (_endpoint, status, logIn) => {
    runAfterRead(() => change(currentStore()));
    const answer = await logIn();

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'ended_meanwhile' });
    expect(JSON.stringify(answer.body)).toContain('The user name or the password is not valid.');
    expect((await server.call('GET /_mock/info')).body.counts).toMatchObject({ refreshTokens: 0 });
  });
});

it.each(logins)('a changed password that a reset reverts is rejected at %s', async (_endpoint, status, logIn) => {
  // The password of the cast gets another hash, and the reset restores the old hash during the login.
  const original = (await identitiesIn(currentStore()).byId(id))?.passwordHash ?? null;
  const passwordHash = await hashPassword(password, 'another-salt');
  await identitiesIn(currentStore()).edit(id, { passwordHash }, 0);
  runAfterRead(() => server.call('POST /_mock/reset'));

  expect((await logIn()).status).toBe(status);
  expect((await identitiesIn(currentStore()).byId(id))?.passwordHash).toBe(original);
});

it('a password change is rejected if a concurrent change is stored first', async () => {
  const token = (await server.grant({ grantType: 'password', username: email, password })).body.accessToken;
  const concurrentHash = await hashPassword('concurrent', 'salt');
  const { byId: ownerById } = Identities.prototype;
  const read = vi.spyOn(Identities.prototype, 'byId').mockImplementation(async function (this: Identities, userId) {
    const found = await ownerById.call(this, userId);
    // The first read authenticates the token.
    if (read.mock.calls.length === 2) await identitiesIn(currentStore()).edit(id, { passwordHash: concurrentHash }, 0);
    return found;
  });
  const answer = await server.call('POST /api/v1/me/password', {
    token,
    body: { currentPassword: password, newPassword: 'mine-and-long' },
  });

  expect(answer.status).toBe(400);
  vi.restoreAllMocks();
  expect((await identitiesIn(currentStore()).byId(id))?.passwordHash).toBe(concurrentHash);
});

describe('a client that changes during its token request', () => {
  const { accessKey } = admin;
  const clients = {
    'an access key': {
      grantType: 'client_credentials',
      clientId: accessKey.clientId,
      clientSecret: accessKey.clientSecret,
    },
    'an application': { grantType: 'app_token', appId: application.clientId, appSecret: application.secret },
    'a service account': {
      grantType: 'client_credentials',
      clientId: plainBot.clientId,
      clientSecret: plainBot.clientSecret,
    },
  };
  const clientChanges: readonly (readonly [string, keyof typeof clients, () => Promise<unknown>])[] = [
    ['its deletion', 'an access key', () => accessKeysIn(currentStore()).delete(accessKey.id)],
    ['the deletion of its owner', 'an access key', () => identitiesIn(currentStore()).delete(admin.id)],
    ['a new secret', 'an access key', () => accessKeysIn(currentStore()).replaceSecret(accessKey.id, 'another')],
    [
      'a new secret',
      'an application',
      () => identitiesIn(currentStore()).edit(application.id, { secretHash: 'another' }, 0),
    ],
    ['its deletion', 'a service account', () => identitiesIn(currentStore()).delete(plainBot.id)],
    ['its disabling', 'a service account', () => identitiesIn(currentStore()).edit(plainBot.id, { enabled: false }, 0)],
  ];

  it.each(clientChanges)('by %s gets no token: %s', async (_what, kind, change) => {
    runAfterRead(change);
    const answer = await server.grant(clients[kind]);

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(answer.decision).toMatchObject({ reason: 'ended_meanwhile' });
  });

  it('is recorded with its owner in the decision', async () => {
    runAfterRead(() => accessKeysIn(currentStore()).delete(accessKey.id));
    const { decision } = await server.grant(clients['an access key']);

    expect((await server.call(`GET /_mock/decisions/${decision.id}`)).body.claimed).toMatchObject({
      name: admin.email,
    });
  });
});

it('an access key is not created if its user is deleted while the request body arrives', async () => {
  const token = await server.tokenOf(admin);
  const byIdSpy = vi.spyOn(Identities.prototype, 'byId');
  const payload = new PassThrough();
  const response = server.app
    .inject({
      method: 'POST',
      url: '/api/v1/access-keys',
      headers: {
        host: 'localhost:6625',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      },
      payload,
    })
    .then(({ statusCode, body }) => ({ statusCode, body: JSON.parse(body) }));
  payload.write('{"name":');
  await expect.poll(() => byIdSpy.mock.calls.flat()).toContain(admin.id);
  await identitiesIn(currentStore()).delete(admin.id);
  payload.end('"late"}');

  expect(await response).toMatchObject({
    statusCode: 401,
    body: { message: expect.stringContaining('does not exist') },
  });
});
