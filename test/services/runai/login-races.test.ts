import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashPassword } from '../../../src/credentials/password.ts';
import type { Store } from '../../../src/store/index.ts';
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

/** The store of the world; a reset puts another one in its place. */
const storeNow = (): Store => server.world.store;

/** Lets something happen right after a credential was read, which is looked at before the login begins. */
function meanwhile(happens: () => Promise<unknown>): void {
  const store = storeNow();
  const { byName, byClientId, byId: ownerById } = store.identities;
  const keyByClientId = store.accessKeys.byClientId;
  const after =
    <Given extends unknown[], Found>(read: (...given: Given) => Promise<Found | null>) =>
    async (...given: Given): Promise<Found | null> => {
      const found = await read(...given);
      if (found === null) return null;
      vi.restoreAllMocks();
      await happens();
      return found;
    };
  vi.spyOn(store.identities, 'byName').mockImplementation(after(byName));
  vi.spyOn(store.identities, 'byClientId').mockImplementation(after(byClientId));
  // Of an access key, its owner is read last.
  const owner = after(ownerById);
  vi.spyOn(store.accessKeys, 'byClientId').mockImplementation(async (clientId) => {
    vi.spyOn(store.identities, 'byId').mockImplementation(owner);
    return keyByClientId(clientId);
  });
}

const form = { grant_type: 'password', username: email, password };
const logins: readonly (readonly [how: string, status: number, logIn: () => Promise<Answer>])[] = [
  ['the v1 token endpoint', 400, () => server.grant({ grantType: 'password', username: email, password })],
  ['the v2 token endpoint', 400, () => postForm(server, V2_TOKEN, form)],
  ['the realm', 400, () => postForm(server, REALM_TOKEN, { ...form, client_id: PUBLIC_CLIENT })],
  [
    'the login page',
    401,
    () => postForm(server, LOGIN_ACTION, `${authorizationPath().split('?')[1]}&username=${email}&password=${password}`),
  ],
];

/** What ends a login that is being looked at. */
const endings: readonly (readonly [what: string, happens: (store: Store) => Promise<unknown>])[] = [
  ['deletion of its user', ({ identities }) => identities.delete(id)],
  ['disabling of its user', ({ identities }) => identities.edit(id, { enabled: false }, 0)],
  [
    'change of its password',
    async ({ identities }) => identities.edit(id, { passwordHash: await hashPassword('another', 'salt') }, 0),
  ],
];

describe.each(endings)('a login that the %s overtakes', (_what, happens) => {
  it.each(logins)('is refused as any wrong password at %s', async (_how, status, logIn) => {
    meanwhile(() => happens(storeNow()));
    const answer = await logIn();

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'ended_meanwhile' });
    expect(JSON.stringify(answer.body)).toContain('The user name or the password is not valid.');
    expect(await storeNow().world.counts()).toMatchObject({ refreshTokens: 0 });
  });
});

it.each(logins)('a password that a reset takes back does not count any more at %s', async (_how, status, logIn) => {
  // The cast's password becomes another one, and the login with that one is overtaken by the way back.
  const original = (await storeNow().identities.byId(id))?.passwordHash ?? null;
  const passwordHash = await hashPassword(password, 'another-salt');
  await storeNow().identities.edit(id, { passwordHash }, 0);
  meanwhile(() => server.call('POST /_mock/reset'));

  expect((await logIn()).status).toBe(status);
  expect((await storeNow().identities.byId(id))?.passwordHash).toBe(original);
});

it('a change of a password that another change overtakes is refused, and the other stays', async () => {
  const token = (await server.grant({ grantType: 'password', username: email, password })).body.accessToken;
  const theirs = await hashPassword('theirs', 'salt');
  const { byId: ownerById } = storeNow().identities;
  const read = vi.spyOn(storeNow().identities, 'byId').mockImplementation(async (who) => {
    const found = await ownerById(who);
    // The first look is that of the token.
    if (read.mock.calls.length === 2) await storeNow().identities.edit(id, { passwordHash: theirs }, 0);
    return found;
  });
  const answer = await server.call('POST /api/v1/me/password', {
    token,
    body: { currentPassword: password, newPassword: 'mine-and-long' },
  });

  expect(answer.status).toBe(400);
  expect((await ownerById(id))?.passwordHash).toBe(theirs);
});

describe('a client that is overtaken', () => {
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
  const overtaking: readonly (readonly [string, keyof typeof clients, () => Promise<unknown>])[] = [
    ['its deletion', 'an access key', () => storeNow().accessKeys.delete(accessKey.id)],
    ['the deletion of its owner', 'an access key', () => storeNow().identities.delete(admin.id)],
    ['a new secret', 'an access key', () => storeNow().accessKeys.replaceSecret(accessKey.id, 'another')],
    ['its deletion', 'an application', () => storeNow().identities.delete(application.id)],
    ['a new secret', 'an application', () => storeNow().identities.edit(application.id, { secretHash: 'another' }, 0)],
    ['its deletion', 'a service account', () => storeNow().identities.delete(plainBot.id)],
    ['its disabling', 'a service account', () => storeNow().identities.edit(plainBot.id, { enabled: false }, 0)],
  ];

  it.each(overtaking)('by %s gets no token: %s', async (_what, kind, happens) => {
    meanwhile(happens);
    const answer = await server.grant(clients[kind]);

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(answer.decision).toMatchObject({ reason: 'ended_meanwhile' });
  });

  it('is told whom it would have stood for', async () => {
    meanwhile(() => storeNow().accessKeys.delete(accessKey.id));
    const { decision } = await server.grant(clients['an access key']);

    expect((await server.call(`GET /_mock/decisions/${decision.id}`)).body.claimed).toMatchObject({
      name: admin.email,
    });
  });
});

it('an access key of somebody who is deleted while the request arrives is not made', async () => {
  const token = await server.tokenOf(admin);
  const seen = vi.spyOn(storeNow().identities, 'byId');
  const payload = new PassThrough();
  const answered = server.app
    .inject({
      method: 'POST',
      url: '/api/v1/access-keys',
      headers: {
        ...{ host: 'localhost:6625', authorization: `Bearer ${token}` },
        ...{ 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      },
      payload,
    })
    .then(({ statusCode, body }) => ({ statusCode, body: JSON.parse(body) }));
  payload.write('{"name":');
  await vi.waitUntil(() => seen.mock.calls.some(([who]) => who === admin.id));
  await storeNow().identities.delete(admin.id);
  payload.end('"late"}');

  expect(await answered).toMatchObject({
    statusCode: 401,
    body: { message: expect.stringContaining('does not exist') },
  });
});
