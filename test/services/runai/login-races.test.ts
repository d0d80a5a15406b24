import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashPassword } from '../../../src/credentials/password.ts';
import { AccessKeys, accessKeysIn } from '../../../src/services/runai/collections/access-keys.ts';
import { Identities, identitiesIn } from '../../../src/services/runai/collections/identities.ts';
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
  const { byName, byClientId, byId: ownerById } = Identities.prototype;
  const keyByClientId = AccessKeys.prototype.byClientId;
  const after = <Given extends unknown[], Found>(read: (...given: Given) => Promise<Found | null>) =>
    async function (this: unknown, ...given: Given): Promise<Found | null> {
      const found = await read.apply(this, given);
      if (found === null) return null;
      vi.restoreAllMocks();
      await happens();
      return found;
    };
  vi.spyOn(Identities.prototype, 'byName').mockImplementation(after(byName));
  vi.spyOn(Identities.prototype, 'byClientId').mockImplementation(after(byClientId));
  // Of an access key, its owner is read last.
  const owner = after(ownerById);
  vi.spyOn(AccessKeys.prototype, 'byClientId').mockImplementation(async function (this: AccessKeys, clientId) {
    vi.spyOn(Identities.prototype, 'byId').mockImplementation(owner);
    return keyByClientId.call(this, clientId);
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
  ['deletion of its user', (store) => identitiesIn(store).delete(id)],
  ['disabling of its user', (store) => identitiesIn(store).edit(id, { enabled: false }, 0)],
  [
    'change of its password',
    async (store) => identitiesIn(store).edit(id, { passwordHash: await hashPassword('another', 'salt') }, 0),
  ],
];

describe.each(endings)('a login that the %s overtakes', (_what, happens) => {
  it.each(logins)('is refused as any wrong password at %s', async (_how, status, logIn) => {
    meanwhile(() => happens(storeNow()));
    const answer = await logIn();

    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'ended_meanwhile' });
    expect(JSON.stringify(answer.body)).toContain('The user name or the password is not valid.');
    expect((await server.call('GET /_mock/info')).body.counts).toMatchObject({ refreshTokens: 0 });
  });
});

it.each(logins)('a password that a reset takes back does not count any more at %s', async (_how, status, logIn) => {
  // The cast's password becomes another one, and the login with that one is overtaken by the way back.
  const original = (await identitiesIn(storeNow()).byId(id))?.passwordHash ?? null;
  const passwordHash = await hashPassword(password, 'another-salt');
  await identitiesIn(storeNow()).edit(id, { passwordHash }, 0);
  meanwhile(() => server.call('POST /_mock/reset'));

  expect((await logIn()).status).toBe(status);
  expect((await identitiesIn(storeNow()).byId(id))?.passwordHash).toBe(original);
});

it('a change of a password that another change overtakes is refused, and the other stays', async () => {
  const token = (await server.grant({ grantType: 'password', username: email, password })).body.accessToken;
  const theirs = await hashPassword('theirs', 'salt');
  const { byId: ownerById } = Identities.prototype;
  const read = vi.spyOn(Identities.prototype, 'byId').mockImplementation(async function (this: Identities, who) {
    const found = await ownerById.call(this, who);
    // The first look is that of the token.
    if (read.mock.calls.length === 2) await identitiesIn(storeNow()).edit(id, { passwordHash: theirs }, 0);
    return found;
  });
  const answer = await server.call('POST /api/v1/me/password', {
    token,
    body: { currentPassword: password, newPassword: 'mine-and-long' },
  });

  expect(answer.status).toBe(400);
  vi.restoreAllMocks();
  expect((await identitiesIn(storeNow()).byId(id))?.passwordHash).toBe(theirs);
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
    ['its deletion', 'an access key', () => accessKeysIn(storeNow()).delete(accessKey.id)],
    ['the deletion of its owner', 'an access key', () => identitiesIn(storeNow()).delete(admin.id)],
    ['a new secret', 'an access key', () => accessKeysIn(storeNow()).replaceSecret(accessKey.id, 'another')],
    ['its deletion', 'an application', () => identitiesIn(storeNow()).delete(application.id)],
    [
      'a new secret',
      'an application',
      () => identitiesIn(storeNow()).edit(application.id, { secretHash: 'another' }, 0),
    ],
    ['its deletion', 'a service account', () => identitiesIn(storeNow()).delete(plainBot.id)],
    ['its disabling', 'a service account', () => identitiesIn(storeNow()).edit(plainBot.id, { enabled: false }, 0)],
  ];

  it.each(overtaking)('by %s gets no token: %s', async (_what, kind, happens) => {
    meanwhile(happens);
    const answer = await server.grant(clients[kind]);

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(answer.decision).toMatchObject({ reason: 'ended_meanwhile' });
  });

  it('is told whom it would have stood for', async () => {
    meanwhile(() => accessKeysIn(storeNow()).delete(accessKey.id));
    const { decision } = await server.grant(clients['an access key']);

    expect((await server.call(`GET /_mock/decisions/${decision.id}`)).body.claimed).toMatchObject({
      name: admin.email,
    });
  });
});

it('an access key of somebody who is deleted while the request arrives is not made', async () => {
  const token = await server.tokenOf(admin);
  const seen = vi.spyOn(Identities.prototype, 'byId');
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
  await identitiesIn(storeNow()).delete(admin.id);
  payload.end('"late"}');

  expect(await answered).toMatchObject({
    statusCode: 401,
    body: { message: expect.stringContaining('does not exist') },
  });
});
